internal import Synchronization

/// What the codes of types that have a table stand for, as kernels look it up: made once.
enum DecodingTables {
  private static let known = Mutex<[Key: Buffer<Float>]>([:])
  /// Tables of a program; more than these are made again.
  private static let limit = 64

  private enum Key: Hashable {
    case float(SmallFloat)
    case codebook(CodebookFormat)
  }

  /// A value for each of 256 codes, of which those behind the table are zero.
  static func numbers(_ type: QuantizedType, _ table: [Float]) -> Buffer<Float> {
    guard let key = key(type) else { return padded(table) }
    return known.withLock { known in
      if let numbers = known[key] { return numbers }
      let numbers = padded(table)
      if known.count < limit { known[key] = numbers }
      return numbers
    }
  }

  private static func key(_ type: QuantizedType) -> Key? {
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let map), _): .codebook(map)
    case (_, .float(let format)): .float(format)
    default: nil
    }
  }

  private static func padded(_ table: [Float]) -> Buffer<Float> {
    Buffer(table + [Float](repeating: 0, count: 256 - table.count))
  }
}

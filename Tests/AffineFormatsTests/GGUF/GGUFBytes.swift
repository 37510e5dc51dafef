/// A GGUF file written by hand, right or wrong.
struct GGUFBytes {
  private(set) var bytes: [UInt8]

  /// Begins with magic, version and counts.
  init(magic: String = "GGUF", version: UInt32 = 3, tensors: UInt64 = 0, keys: UInt64 = 0) {
    bytes = Array(magic.utf8)
    self = self.number(version).number(tensors).number(keys)
  }

  func number<Number: FixedWidthInteger>(_ number: Number) -> GGUFBytes {
    var copy = self
    for place in 0..<Number.bitWidth / 8 {
      copy.bytes.append(UInt8(truncatingIfNeeded: number >> Number(8 * place)))
    }
    return copy
  }

  func text(_ text: String, length: UInt64? = nil) -> GGUFBytes {
    raw(Array(text.utf8), length: length)
  }

  /// Bytes with a length before them.
  func raw(_ content: [UInt8], length: UInt64? = nil) -> GGUFBytes {
    var copy = number(length ?? UInt64(content.count))
    copy.bytes += content
    return copy
  }

  /// A key and the number of its value's type; the value must follow.
  func key(_ key: String, _ type: UInt32) -> GGUFBytes { text(key).number(type) }

  /// Name, extents as the file has them, type and offset.
  func tensor(
    _ name: String, _ extents: [UInt64], type: UInt32 = 0, offset: UInt64 = 0,
    dimensions: UInt32? = nil
  ) -> GGUFBytes {
    extents.reduce(text(name).number(dimensions ?? UInt32(extents.count))) { $0.number($1) }
      .number(type).number(offset)
  }

  /// Zeros up to the next multiple of the alignment and so many more.
  func data(_ count: Int, alignment: Int = 32) -> GGUFBytes {
    var copy = self
    let start = (bytes.count + alignment - 1) / alignment * alignment
    copy.bytes += [UInt8](repeating: 0, count: start - bytes.count + count)
    return copy
  }
}

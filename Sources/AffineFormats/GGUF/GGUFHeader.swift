internal import AffineQuant

/// What a GGUF file holds and where.
///
/// Source: the format's description (ggml, docs/gguf.md): magic, version, counts; keys and values;
/// names, extents, types and offsets of tensors; from the next multiple of the alignment their data.
struct GGUFHeader {
  let version: UInt32
  let metadata: GGUFMetadata
  let alignment: Int
  let tensors: [GGUFTensor]
  /// Where the data begin, which may be beyond the end of a file without tensors.
  let dataStart: Int

  /// What tensors are aligned to where the metadata do not say.
  static let standardAlignment = 32
  static let alignmentKey = "general.alignment"
  static let magic = Array("GGUF".utf8)
  static let mostDimensions = 4

  /// A tensor before it is known where the data begin.
  private struct Entry {
    let name: String
    let type: GGUFTensorType
    let dimensions: [Int]
    let byteCount: Int
    let offset: UInt64
  }

  /// Reads and checks a header; every range that comes out of it lies in the file.
  init(_ contents: Buffer<UInt8>) throws(GGUFError) {
    var cursor = GGUFCursor(contents)
    let span = contents.span
    guard span.count >= 4, Self.magic.indices.allSatisfy({ span[$0] == Self.magic[$0] }) else {
      throw .notGGUF(fileBytes: contents.count, kind: FileKind(span)?.rawValue)
    }
    _ = try cursor.take(4)
    version = try cursor.integer()
    guard version.byteSwapped != 2, version.byteSwapped != 3 else { throw .bigEndian }
    // The second version lays out the same; the third only allows the other byte order.
    guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
    let tensorCount = try cursor.count(of: "tensors", bytes: 24)
    metadata = try Self.metadata(&cursor, count: try cursor.count(of: "keys", bytes: 13))
    alignment = try Self.alignment(metadata)
    var entries: [Entry] = []
    for _ in 0..<tensorCount { entries.append(try Self.entry(&cursor)) }
    // At most 2^31 more than a position in memory.
    dataStart = (cursor.position + alignment - 1) / alignment * alignment
    tensors = try Self.placed(
      entries, alignment: alignment, dataStart: dataStart, fileBytes: contents.count)
  }

  private static func metadata(
    _ cursor: inout GGUFCursor, count: Int
  ) throws(GGUFError) -> GGUFMetadata {
    var metadata = GGUFMetadata()
    for _ in 0..<count {
      let key = try cursor.string()
      guard metadata[key] == nil else { throw .duplicateKey(key) }
      metadata[key] = try cursor.value()
    }
    return metadata
  }

  /// What the metadata say of the alignment.
  static func alignment(_ metadata: GGUFMetadata) throws(GGUFError) -> Int {
    guard let value = metadata[alignmentKey] else { return standardAlignment }
    guard case .uint32(let alignment) = value, alignment.nonzeroBitCount == 1 else {
      throw .invalidAlignment(value)
    }
    return Int(alignment)
  }

  private static func entry(_ cursor: inout GGUFCursor) throws(GGUFError) -> Entry {
    let name = try cursor.string()
    let count: UInt32 = try cursor.integer()
    guard count <= mostDimensions else { throw .tooManyDimensions(name: name, count: count) }
    var extents: [UInt64] = []
    for _ in 0..<count { extents.append(try cursor.integer()) }
    let number: UInt32 = try cursor.integer()
    guard let type = GGUFTensorType(rawValue: number) else {
      throw .unknownTensorType(name: name, type: number)
    }
    let dimensions = extents.reversed().compactMap { Int(exactly: $0) }
    // Values are counted as well as bytes: quantized ones take less than a byte each.
    guard dimensions.count == extents.count, Extents.count(dimensions) != nil else {
      throw .invalidExtents(name: name, dimensions: extents)
    }
    let columns = dimensions.last ?? 1
    guard columns.isMultiple(of: type.blockSize) else {
      throw .partialBlock(name: name, columns: columns, type: type)
    }
    guard let bytes = type.byteCount(dimensions) else {
      throw .invalidExtents(name: name, dimensions: extents)
    }
    return Entry(
      name: name, type: type, dimensions: dimensions, byteCount: bytes,
      offset: try cursor.integer())
  }

  /// Tensors lie in the file, at multiples of the alignment, and none in another.
  private static func placed(
    _ entries: [Entry], alignment: Int, dataStart: Int, fileBytes: Int
  ) throws(GGUFError) -> [GGUFTensor] {
    let dataBytes = max(fileBytes - dataStart, 0)
    var names: Set<ByteName> = []
    var tensors: [GGUFTensor] = []
    for entry in entries {
      guard names.insert(ByteName(entry.name)).inserted else {
        throw .duplicateTensor(name: entry.name)
      }
      guard entry.offset.isMultiple(of: UInt64(alignment)) else {
        throw .misaligned(name: entry.name, offset: entry.offset, alignment: alignment)
      }
      guard entry.byteCount <= dataBytes, entry.offset <= UInt64(dataBytes - entry.byteCount) else {
        throw .outOfRange(
          name: entry.name, offset: entry.offset, bytes: entry.byteCount, dataBytes: dataBytes)
      }
      // The data of a file whose tensors are all empty may begin beyond its end.
      let start = min(dataStart + Int(entry.offset), fileBytes)
      tensors.append(
        GGUFTensor(
          name: entry.name, type: entry.type, dimensions: entry.dimensions,
          range: start..<start + entry.byteCount))
    }
    let ordered = tensors.filter { !$0.range.isEmpty }
      .sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where first.range.upperBound > second.range.lowerBound {
      throw .overlapping(name: first.name, other: second.name)
    }
    return tensors
  }
}

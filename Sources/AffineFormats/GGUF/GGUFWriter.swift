public import AffineQuant

/// Collects metadata and tensors and writes them as one GGUF file, version 3.
public struct GGUFWriter: Sendable {
  struct Tensor: Sendable {
    let name: String
    let type: GGUFTensorType
    let dimensions: [Int]
    let bytes: Buffer<UInt8>
  }

  /// Typed values by key; `general.alignment` is what tensors are aligned to, 32 if it is missing.
  public var metadata: GGUFMetadata
  private(set) var tensors: [Tensor] = []
  private var names: Set<ByteName> = []

  /// Starts with no tensors.
  public init(metadata: GGUFMetadata = GGUFMetadata()) { self.metadata = metadata }

  /// Adds a tensor as a file holds it.
  ///
  /// - Parameters:
  ///   - name: Any text.
  ///   - type: The type of its blocks.
  ///   - dimensions: Its extents, row-major, four at most; rows are whole blocks.
  ///   - bytes: The blocks, row by row.
  /// - Throws: ``GGUFError``: a name twice, a shape that the format or the type cannot have, bytes
  ///   that are not its size.
  public mutating func add(
    _ name: String, _ type: GGUFTensorType, dimensions: [Int], bytes: Buffer<UInt8>
  ) throws(GGUFError) {
    guard dimensions.count <= GGUFHeader.mostDimensions else {
      throw .tooManyDimensions(name: name, count: UInt32(clamping: dimensions.count))
    }
    let columns = dimensions.last ?? 1
    guard columns.isMultiple(of: type.blockSize) else {
      throw .partialBlock(name: name, columns: columns, type: type)
    }
    guard type.byteCount(dimensions) == bytes.count else {
      throw .wrongSize(name: name, dimensions: dimensions, type: type, bytes: bytes.count)
    }
    guard names.insert(ByteName(name)).inserted else { throw .duplicateTensor(name: name) }
    tensors.append(Tensor(name: name, type: type, dimensions: dimensions, bytes: bytes))
  }

  /// Adds a float matrix.
  ///
  /// - Parameters:
  ///   - name: Any text.
  ///   - matrix: Any shape; written as float32, float16 or bfloat16, as its elements are.
  /// - Throws: ``GGUFError``: a name twice, a matrix without values.
  public mutating func add<Element: FloatElement>(
    _ name: String, _ matrix: Matrix<Element>
  ) throws(GGUFError) {
    let (type, bytes) = matrix.fileBytes
    try add(
      name, GGUFTensorType(type), dimensions: [matrix.shape.rows, matrix.shape.columns],
      bytes: bytes)
  }

  /// Writes the file under a temporary name, flushes and renames it.
  ///
  /// - Throws: ``GGUFError``: metadata that no file can hold, or the system's error; an old file of
  ///   this name is untouched then.
  public func write(to path: String) throws(GGUFError) {
    let alignment = try GGUFHeader.alignment(metadata)
    let header = try header(alignment)
    do {
      try AtomicFile.write(to: path) { (file) throws(FileError) in
        try file.append(header.span)
        for tensor in tensors {
          try file.append(tensor.bytes.span)
          let padding = Self.padding(tensor.bytes.count, alignment)
          try file.append(padding.span)
        }
      }
    } catch { throw .file(error) }
  }

  /// The bytes of the file.
  ///
  /// - Throws: ``GGUFError``: metadata that no file can hold.
  public var contents: [UInt8] {
    get throws(GGUFError) {
      let alignment = try GGUFHeader.alignment(metadata)
      return try header(alignment)
        + tensors.flatMap { $0.bytes.array + Self.padding($0.bytes.count, alignment) }
    }
  }

  private static func padding(_ count: Int, _ alignment: Int) -> [UInt8] {
    // Powers of two divide 2^64, so that the negative number has the remainder that is missing.
    [UInt8](repeating: 0, count: -count & (alignment - 1))
  }

  /// All that stands before the data.
  private func header(_ alignment: Int) throws(GGUFError) -> [UInt8] {
    var encoder = GGUFEncoder()
    encoder.bytes += GGUFHeader.magic
    encoder.append(UInt32(3))
    encoder.append(UInt64(tensors.count))
    encoder.append(UInt64(metadata.keys.count))
    for key in metadata.keys {
      guard let value = metadata[key] else { continue }
      encoder.append(key)
      try encoder.append(value)
    }
    var offset = 0
    for tensor in tensors {
      encoder.append(tensor.name)
      encoder.append(UInt32(tensor.dimensions.count))
      for extent in tensor.dimensions.reversed() { encoder.append(UInt64(extent)) }
      encoder.append(tensor.type.rawValue)
      encoder.append(UInt64(offset))
      offset += tensor.bytes.count + Self.padding(tensor.bytes.count, alignment).count
    }
    return encoder.bytes + Self.padding(encoder.bytes.count, alignment)
  }
}

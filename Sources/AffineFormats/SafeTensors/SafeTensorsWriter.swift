public import AffineQuant

/// Collects tensors and writes them as one safetensors file.
public struct SafeTensorsWriter: Sendable {
  struct Tensor: Sendable {
    let name: String
    let element: TensorElement
    let shape: [Int]
    let bytes: Buffer<UInt8>
  }

  private(set) var tensors: [Tensor] = []
  private var names: Set<ByteName> = []
  /// Free text by name; it is written in the order of the names.
  public var metadata: NamedValues<String> = [:]

  /// Starts with no tensors and no metadata.
  public init() {}

  /// Adds a tensor.
  ///
  /// - Parameters:
  ///   - name: Any text but `__metadata__`.
  ///   - element: The type of its elements.
  ///   - shape: Its extents, row-major.
  ///   - bytes: The elements, little-endian.
  /// - Throws: ``SafeTensorsError``: a name twice, bytes that are not the size of the shape.
  public mutating func add(
    _ name: String, _ element: TensorElement, shape: [Int], bytes: Buffer<UInt8>
  ) throws(SafeTensorsError) {
    guard element.byteCount(shape: shape) == bytes.count else {
      throw .wrongSize(name: name, shape: shape, element: element, bytes: bytes.count)
    }
    guard !name.isSame(as: SafeTensorsHeader.metadataName), names.insert(ByteName(name)).inserted
    else {
      throw .duplicate(name: name)
    }
    tensors.append(Tensor(name: name, element: element, shape: shape, bytes: bytes))
  }

  /// Adds a float matrix.
  ///
  /// - Parameters:
  ///   - name: Any text but `__metadata__`.
  ///   - matrix: Any shape; written as float32, float16 or bfloat16, as its elements are.
  /// - Throws: ``SafeTensorsError/duplicate(name:)``.
  public mutating func add<Element: FloatElement>(
    _ name: String, _ matrix: Matrix<Element>
  ) throws(SafeTensorsError) {
    let (type, bytes) = matrix.fileBytes
    try add(
      name, TensorElement(type), shape: [matrix.shape.rows, matrix.shape.columns], bytes: bytes)
  }

  /// Writes the file under a temporary name, flushes and renames it.
  ///
  /// - Throws: ``SafeTensorsError/file(_:)``; an old file of this name is untouched then.
  public func write(to path: String) throws(SafeTensorsError) {
    let ordered = inFileOrder
    do {
      try AtomicFile.write(to: path) { (file) throws(FileError) in
        try file.append(header(ordered).span)
        for tensor in ordered { try file.append(tensor.bytes.span) }
      }
    } catch { throw .file(error) }
  }

  /// The bytes of the file.
  public var contents: [UInt8] {
    let ordered = inFileOrder
    return header(ordered) + ordered.flatMap { $0.bytes.array }
  }

  /// Wide elements first, so that every tensor starts where its elements are aligned.
  private var inFileOrder: [Tensor] {
    tensors.sorted {
      $0.element.bits == $1.element.bits
        ? $0.name.precedes($1.name) : $0.element.bits > $1.element.bits
    }
  }

  private func header(_ ordered: [Tensor]) -> [UInt8] {
    var members: [(name: String, value: JSONValue)] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key.precedes($1.key) }
      members.append(
        (SafeTensorsHeader.metadataName, .object(texts.map { ($0.key, .string($0.value)) })))
    }
    var position = 0
    for tensor in ordered {
      let end = position + tensor.bytes.count
      members.append(
        (
          tensor.name,
          .object([
            ("dtype", .string(tensor.element.rawValue)),
            ("shape", .array(tensor.shape.map { .integer($0) })),
            ("data_offsets", .array([.integer(position), .integer(end)])),
          ])
        ))
      position = end
    }
    var text = Array(JSONValue.object(members).serialized.utf8)
    // With the 8 bytes of the length, tensors start on a cache line.
    while !(text.count + 8).isMultiple(of: 64) { text.append(UInt8(ascii: " ")) }
    let length = UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + text
  }
}

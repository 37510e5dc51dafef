internal import AffineQuant

/// The tensors of a checkpoint, which may lie in several files.
struct CheckpointTensors: Sendable {
  let files: [SafeTensorsFile]
  private let places: [ByteName: Int]

  init(_ files: [SafeTensorsFile]) {
    self.files = files
    places = Dictionary(
      files.enumerated().flatMap { index, file in file.names.map { (ByteName($0), index) } },
      uniquingKeysWith: { first, _ in first })
  }

  func contains(_ name: String) -> Bool { places[ByteName(name)] != nil }

  /// The names that end so, without the end.
  func names(endingIn suffix: String) -> [String] {
    files.flatMap(\.names).compactMap { $0.before(suffix: suffix) }
  }

  /// What a tensor is, with at least one element: nothing but its bytes bounds an empty shape.
  func entry(_ name: String) throws(QuantizedCheckpointError) -> SafeTensorsHeader.Entry {
    guard let entry = places[ByteName(name)].flatMap({ files[$0].header[name] }) else {
      throw .tensors(.missing(name: name))
    }
    guard !entry.range.isEmpty else {
      throw .shape(tensor: name, found: entry.shape, reason: "it has no elements")
    }
    return entry
  }

  /// The numbers of a tensor.
  func elements<Element: BitwiseCopyable & Sendable>(
    _ name: String, _ element: TensorElement, as type: Element.Type = Element.self
  ) throws(QuantizedCheckpointError) -> Buffer<Element> {
    do { return try file(name).elements(name, element) } catch { throw .tensors(error) }
  }

  private func file(_ name: String) throws(SafeTensorsError) -> SafeTensorsFile {
    guard let index = places[ByteName(name)] else { throw .missing(name: name) }
    return files[index]
  }

  /// The whole numbers of a tensor of 32 or 64 bits.
  func integers(_ name: String) throws(QuantizedCheckpointError) -> [Int] {
    switch try entry(name).element {
    case .int64: try elements(name, .int64, as: Int64.self).array.map { Int($0) }
    case .int8: try elements(name, .int8, as: Int8.self).array.map { Int($0) }
    default: try elements(name, .int32, as: Int32.self).array.map { Int($0) }
    }
  }

  /// A matrix of words of 32 bits, the leading dimensions folded into rows.
  func words(_ name: String) throws(QuantizedCheckpointError) -> WordMatrix {
    let entry = try entry(name)
    guard entry.shape.count >= 2, let columns = entry.shape.last else {
      throw .shape(tensor: name, found: entry.shape, reason: "packed codes are a matrix")
    }
    let element = entry.element == .uint32 ? TensorElement.uint32 : .int32
    let words = try elements(name, element, as: UInt32.self)
    return WordMatrix(rows: words.count / columns, columns: columns, words: words)
  }

  /// Scales or biases, one a block.
  ///
  /// - Parameters:
  ///   - name: The tensor, of a float type.
  ///   - blocks: How many rows and columns of blocks there are.
  ///   - isTransposed: Whether the tensor is columns × rows of blocks.
  /// - Returns: The type that they have in the file, and their values row of blocks by row.
  /// - Throws: ``QuantizedCheckpointError``: no such tensor, not of floats, of another shape.
  func parameters(
    _ name: String, _ blocks: Shape, isTransposed: Bool = false
  ) throws(QuantizedCheckpointError) -> (format: ScaleFormat, values: Buffer<Float>) {
    let entry = try entry(name)
    try check(entry, blocks, isTransposed: isTransposed)
    do {
      let values: Matrix<Float> = try file(name).matrix(name)
      let format: ScaleFormat =
        switch entry.element {
        case .float16: .float16
        case .bfloat16: .bfloat16
        default: .float32
        }
      guard isTransposed, blocks.rows > 1, blocks.columns > 1 else {
        return (format, values.values)
      }
      return (format, values.transposed().values)
    } catch { throw .tensors(error) }
  }

  /// Checks that a tensor has one element a block; dimensions of one element count for nothing.
  func check(
    _ entry: SafeTensorsHeader.Entry, _ blocks: Shape, isTransposed: Bool = false
  ) throws(QuantizedCheckpointError) {
    let grid = isTransposed ? blocks.transposed : blocks
    let folded = [entry.shape.dropLast().reduce(1, *), entry.shape.last ?? 1]
    let expected = [grid.rows, grid.columns]
    guard folded == expected || (folded.filter { $0 > 1 } == expected.filter { $0 > 1 }) else {
      throw .shape(
        tensor: entry.name, found: entry.shape, reason: "there are \(grid) blocks of codes")
    }
  }
}

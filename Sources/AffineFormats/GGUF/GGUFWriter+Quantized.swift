public import AffineQuant

extension GGUFWriter {
  /// Adds a quantized matrix as blocks.
  ///
  /// - Parameters:
  ///   - name: The tensor's.
  ///   - matrix: Any quantized matrix.
  ///   - blocks: Their type; by default that of ``GGUFTensorType/init(holding:)``.
  /// - Throws: ``GGUFError``: a type that no blocks, or these, hold, a scale or bias that is no binary16 number
  ///   (in MXFP4: no power of two), rows that are not whole blocks, a name twice.
  public mutating func add(
    _ name: String, _ matrix: some QuantizedMatrix, as blocks: GGUFTensorType? = nil
  ) throws(GGUFError) {
    let core = matrix.erased.core
    guard let type = blocks ?? GGUFTensorType(holding: core.type), type.holds(core.type),
      let block = type.writableBlock
    else { throw .unwritableType(name: name, type: core.type) }
    guard core.grid.origin.columns == 0 else {
      throw .cutGroup(name: name, columns: core.grid.origin.columns)
    }
    guard core.shape.columns.isMultiple(of: type.blockSize) else {
      throw .partialBlock(name: name, columns: core.shape.columns, type: type)
    }
    // Parameters from outside may be any numbers; rounded ones would be another matrix.
    for values in [core.scales, core.biases] {
      let span = values.span
      for index in span.indices where !block.holds(span[index]) {
        throw .inexactScale(name: name, span[index], type: type)
      }
    }
    let bytes = Buffer(block.bytes(core))
    try add(name, type, dimensions: [core.shape.rows, core.shape.columns], bytes: bytes)
  }
}

extension GGUFTensorType {
  /// The type whose blocks hold quantized matrices of a type; of several the first.
  public init?(holding type: QuantizedType) {
    guard let match = Self.allCases.first(where: { $0.holds(type) }) else { return nil }
    self = match
  }

  /// Whether its blocks can be written with matrices of a type; scales must be numbers that a block holds.
  public func holds(_ type: QuantizedType) -> Bool {
    guard let held = writableBlock?.quantizedType else { return false }
    // Scales that are numbers may be of any type, if they are numbers that a block holds.
    if held.mapping.codes != nil { return held == type }
    return held.storage == type.storage && held.block == type.block
      && held.mapping.kind == type.mapping.kind && type.mapping.codes == nil
  }

  /// How blocks are written; `nil` for types that are only read.
  fileprivate var writableBlock: (any GGUFWritable.Type)? {
    block as? any GGUFWritable.Type
  }
}

internal import AffineQuant

/// What a reader has found of a weight with whole-number codes.
struct WeightParts {
  /// The module, for errors.
  let name: String
  /// The codes, as unsigned numbers.
  var codes: PackedRows
  /// How many values share a scale.
  let block: Block
  let scales: (format: ScaleFormat, values: Buffer<Float>)
  /// One a block, as unsigned codes; `nil`: half the range of the codes.
  var zeroPoints: [Int]?
  /// The columns in the order of the groups; `nil`: they are.
  var order: [Int]?

  /// The size of a group as formats write it: −1 stands for a whole row.
  static func block(
    groupSize: Int, format: String
  ) throws(QuantizedCheckpointError) -> Block {
    if groupSize == -1 { return Block(rows: 1, columns: Block.whole) }
    guard groupSize > 0 else {
      throw .setting(format: format, name: "group_size", found: "\(groupSize)")
    }
    return Block(rows: 1, columns: groupSize)
  }

  /// The matrix: signed symmetric codes without zero points, else as `isSigned` says.
  func matrix(isSigned: Bool) throws(QuantizedCheckpointError) -> ColumnOrderedMatrix {
    let bits = codes.bits
    let isSigned = isSigned || zeroPoints == nil
    let half = isSigned ? 1 << (bits - 1) : 0
    let columns = order.map { codes.ordered(by: $0) } ?? codes
    let storage: CodeFormat = isSigned ? .signed(bits: bits) : .unsigned(bits: bits)
    do {
      let type = try QuantizedType(
        storage, block,
        MappingFormat(kind: zeroPoints == nil ? .symmetric : .asymmetric, scale: scales.format))
      let parts = CodeMatrix.Parts(
        codes: isSigned ? columns.centered().bytes : columns.bytes, scales: scales.values,
        zeroPoints: Buffer((zeroPoints ?? []).map { Int16(truncatingIfNeeded: $0 - half) }))
      let grid = BlockGrid(codes.shape, block)
      return ColumnOrderedMatrix(
        matrix: AnyQuantized(try CodeMatrix(type: type, grid: grid, parts: parts)), columns: order)
    } catch {
      throw .quantization(name: name, error)
    }
  }
}

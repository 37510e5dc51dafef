/// `lhs · rhsᵀ`, on operands whose types no longer matter.
package enum Product {
  /// The product of two quantized matrices that the compiler, or ``kernels(for:_:_:)``, allows.
  package static func quantized(
    _ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    guard lhs.type.isAffineInteger && rhs.type.isAffineInteger else {
      return try float(.rows(.codes(lhs.rowMajor())), .rows(.codes(rhs.rowMajor())), execution)
    }
    try check(lhs.shape.columns, rhs.shape.columns)
    let values = IntegerProduct(lhs, rhs, execution)()
    return Matrix(validated: Shape(lhs.shape.rows, rhs.shape.rows), values)
  }

  /// The product of float rows, quantized by the rule of their type, and a matrix of codes: as quantizing
  /// first would give it.
  static func quantizing(
    _ lhs: Matrix<Float>, as type: QuantizedType, _ rhs: CodeMatrix, _ execution: Execution
  ) throws(QuantizationError) -> Matrix<Float> {
    let grid = BlockGrid(lhs.shape, type.block)
    guard lhs.shape.columns == rhs.shape.columns, isDirect(type, grid, rhs) else {
      let codes = try CodeMatrix.quantize(lhs, as: type, QuantizationOptions(), execution)
      do { return try quantized(codes, rhs, execution) } catch { throw .shape(error) }
    }
    let product = try IntegerProduct(
      quantizing: lhs, in: grid, smallest: type.mapping.scale.smallestInvertible, rhs, execution)
    return Matrix(validated: Shape(lhs.shape.rows, rhs.shape.rows), product())
  }

  /// Whether rows need not become a matrix of codes first: one scale for a row, or for each slice.
  private static func isDirect(_ type: QuantizedType, _ grid: BlockGrid, _ rhs: CodeMatrix) -> Bool
  {
    guard type.storage == .signed(bits: 8), type.block.rows == 1, grid.shape.columns > 0,
      type.mapping == MappingFormat(kind: .symmetric, scale: .float32), rhs.type.isAffineInteger,
      let tiles = rhs.tiles
    else { return false }
    let slices = ContractedSlices(of: rhs, against: grid)
    return grid.extent.columns == 1 && tiles.slices == slices
      || grid.extent.columns == slices.ranges.count
  }

  /// The exact sums of codes less zero points, `[row][column][slice]`: what scales are applied to.
  package static func integerSums(
    _ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution
  ) throws(ShapeError) -> [Int64] {
    try check(lhs.shape.columns, rhs.shape.columns)
    return IntegerProduct(lhs, rhs, execution).sums()
  }

  /// The product of float rows and the rows of a quantized matrix of any kind.
  static func weightOnly(
    _ lhs: FloatSource, _ rhs: CodeMatrix, _ execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    guard rhs.type.isAffineInteger, rhs.type.block.isRowSliced else {
      return try float(.rows(lhs), .rows(.codes(rhs.rowMajor())), execution)
    }
    try check(lhs.shape.columns, rhs.shape.columns)
    let values = WeightOnlyProduct(lhs, rhs, execution)()
    return Matrix(validated: Shape(lhs.shape.rows, rhs.shape.rows), values)
  }

  static func float(
    _ lhs: FloatOperand, _ rhs: FloatOperand, _ execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    try check(lhs.contractedExtent, rhs.contractedExtent)
    let values = FloatProduct(lhs, rhs, execution)()
    return Matrix(validated: Shape(lhs.freeExtent, rhs.freeExtent), values)
  }

  private static func check(_ lhs: Int, _ rhs: Int) throws(ShapeError) {
    guard lhs == rhs else { throw .mismatchedDepth(lhs: lhs, rhs: rhs) }
  }
}

/// Codes on one side of a product, and the axis of theirs that is free.
package struct CodeOperand: Sendable {
  /// Row by row, or tiled, where the rows are free.
  let codes: CodeMatrix
  let axis: FreeAxis

  init(_ codes: CodeMatrix, _ axis: FreeAxis = .rows) {
    self.codes = codes
    self.axis = axis
  }

  /// The blocks, free axis first.
  var grid: BlockGrid { axis == .rows ? codes.grid : codes.grid.transposed }

  /// The number of lanes.
  var free: Int { grid.shape.rows }

  /// Codes of a lane.
  var contracted: Int { grid.shape.columns }

  /// One number a block, free axis first.
  func parameters<Value: BitwiseCopyable & Sendable>(_ values: Buffer<Value>) -> Buffer<Value> {
    axis == .rows ? values : CodeMatrix.transposed(values, codes.grid.extent)
  }
}

/// The axis of an operand that the result keeps; the other is contracted.
package enum FreeAxis: Sendable, Hashable {
  case rows, columns
}

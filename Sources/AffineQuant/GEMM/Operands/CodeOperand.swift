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

  /// One number a block, free axis first, where they lie.
  func numbers<Value: BitwiseCopyable & Sendable>(_ values: Buffer<Value>) -> BlockNumbers<Value> {
    let columns = codes.grid.extent.columns
    return axis == .rows
      ? BlockNumbers(values, rowStride: columns, columnStride: 1)
      : BlockNumbers(values, rowStride: 1, columnStride: columns)
  }

  /// The same in a buffer.
  func parameters<Value: BitwiseCopyable & Sendable>(
    _ values: Buffer<Value>, _ execution: Execution
  ) -> Buffer<Value> {
    axis == .rows ? values : CodeMatrix.transposed(values, codes.grid.extent, execution)
  }
}

/// One number a block, by its row and column.
struct BlockNumbers<Value: BitwiseCopyable & Sendable>: Sendable {
  let values: Buffer<Value>
  let rowStride, columnStride: Int

  init(_ values: Buffer<Value>, rowStride: Int, columnStride: Int) {
    self.values = values
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// Row by row.
  init(_ values: Buffer<Value>, _ grid: BlockGrid) {
    self.init(values, rowStride: grid.extent.columns, columnStride: 1)
  }

  var count: Int { values.count }

  subscript(row: Int, column: Int) -> Value {
    values.span[row * rowStride + column * columnStride]
  }
}

/// The axis of an operand that the result keeps; the other is contracted.
package enum FreeAxis: Sendable, Hashable {
  case rows, columns
}

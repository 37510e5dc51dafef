extension Matrix<Float> {
  /// A matrix of which every part writes some rows.
  package static func filled(
    _ shape: Shape, zeroed: Bool = false, _ execution: Execution,
    _ body: (_ rows: Range<Int>, _ output: inout MutableSpan<Float>) -> Void
  ) -> Matrix {
    let values = Buffer<Float>(count: shape.count, zeroed: zeroed) { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(shape.rows, shape.columns, execution) { rows in
        let range = rows.lowerBound * shape.columns..<rows.upperBound * shape.columns
        memory.withRange(range) { body(rows, &$0) }
      }
    }
    return Matrix(validated: shape, values)
  }

}

internal import AffineQuant

/// Sums of rows in an order that halves of them share: that of the windows of a batch.
enum RowTree {
  static func sum(_ matrix: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    sum(matrix, 0..<matrix.shape.rows, execution)
  }

  private static func sum(
    _ matrix: Matrix<Float>, _ rows: Range<Int>, _ execution: Execution
  ) -> Matrix<Float> {
    let columns = matrix.shape.columns
    guard rows.count > 1 else {
      let row = rows.lowerBound * columns..<rows.upperBound * columns
      return Matrix(
        validated: Shape(1, columns), Buffer(matrix.values.span.extracting(row)))
    }
    let middle = rows.lowerBound + rows.count / 2
    var sum = sum(matrix, rows.lowerBound..<middle, execution)
    Elementwise.accumulate(
      &sum, self.sum(matrix, middle..<rows.upperBound, execution), on: execution)
    return sum
  }
}

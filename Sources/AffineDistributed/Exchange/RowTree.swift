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
      let width = columns * MemoryLayout<Float>.stride
      let row = matrix.values.bytes.part(rows.lowerBound * width..<rows.upperBound * width)
      return Matrix(validated: Shape(1, columns), row.viewed(as: Float.self))
    }
    let middle = rows.lowerBound + rows.count / 2
    var first = sum(matrix, rows.lowerBound..<middle, execution)
    let second = sum(matrix, middle..<rows.upperBound, execution)
    // A row of the matrix is not copied before something is added to it.
    if rows.count < 4 { return Elementwise.add(first, second, on: execution) }
    Elementwise.accumulate(&first, second, on: execution)
    return first
  }
}

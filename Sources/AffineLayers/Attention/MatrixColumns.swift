internal import AffineQuant
/// Some neighbouring columns of a matrix, where they lie.
struct MatrixColumns {
  let matrix: Matrix<Float>
  let columns: Range<Int>

  /// - Precondition: The columns are the matrix's.
  init(_ matrix: Matrix<Float>, _ columns: Range<Int>) {
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= matrix.shape.columns,
      "columns \(columns) of \(matrix.shape)")
    self.matrix = matrix
    self.columns = columns
  }

  /// All of them.
  init(_ matrix: Matrix<Float>) { self.init(matrix, 0..<matrix.shape.columns) }

  var shape: Shape { Shape(matrix.shape.rows, columns.count) }
}

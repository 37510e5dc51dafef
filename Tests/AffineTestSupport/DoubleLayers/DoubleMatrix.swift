package import AffineQuant

/// A matrix of `Double`, row by row: what definitions in plain loops compute with.
package struct DoubleMatrix: Sendable {
  package let rows, columns: Int
  package var values: [Double]

  package init(_ rows: Int, _ columns: Int, _ value: (_ row: Int, _ column: Int) -> Double) {
    (self.rows, self.columns) = (rows, columns)
    values = (0..<rows * columns).map { value($0 / columns, $0 % columns) }
  }

  package init(_ matrix: Matrix<Float>) {
    self.init(matrix.shape.rows, matrix.shape.columns) { Double(matrix[$0, $1]) }
  }

  package static func zeros(_ rows: Int, _ columns: Int) -> DoubleMatrix {
    DoubleMatrix(rows, columns) { _, _ in 0 }
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// Changes every value.
  package func map(_ function: (Double) -> Double) -> DoubleMatrix {
    DoubleMatrix(rows, columns) { function(self[$0, $1]) }
  }
}

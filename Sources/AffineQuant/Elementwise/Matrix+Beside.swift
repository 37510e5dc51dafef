extension Matrix<Float> {
  /// The columns of the first matrix, then those of the next, and so on.
  ///
  /// - Precondition: All have as many rows.
  package init(besideEachOther matrices: [Matrix<Float>]) {
    let rows = matrices.first?.shape.rows ?? 0
    precondition(matrices.allSatisfy { $0.shape.rows == rows }, "\(matrices)")
    let columns = matrices.reduce(0) { $0 + $1.shape.columns }
    let values = Buffer<Float>(count: rows * columns, zeroed: false) { output in
      var first = 0
      for matrix in matrices {
        let (source, width) = (matrix.values.span, matrix.shape.columns)
        for row in 0..<rows {
          var target = output.part(row * columns + first..<row * columns + first + width)
          target.copy(source.extracting(row * width..<(row + 1) * width))
        }
        first += width
      }
    }
    self.init(validated: Shape(rows, columns), values)
  }
}

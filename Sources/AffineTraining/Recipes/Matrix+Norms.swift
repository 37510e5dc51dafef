internal import AffineQuant

extension Matrix<Float> {
  /// The largest |x|; 0 without values. NaN counts for nothing.
  func largestMagnitude(on execution: Execution) -> Float {
    let largest = execution.numbers(rows: shape.rows, columns: shape.columns) { row in
      let values = self.row(row)
      var largest: Float = 0
      for column in values.indices {
        largest = values[column].magnitude > largest ? values[column].magnitude : largest
      }
      return Double(largest)
    }
    return Float(largest.reduce(0, max))
  }

  /// The Euclidean norm of every row.
  func rowNorms(on execution: Execution) -> [Double] {
    execution.numbers(rows: shape.rows, columns: shape.columns) { row in
      let values = self.row(row)
      var sum = 0.0
      for column in values.indices {
        let value = Double(values[column])
        sum += value * value
      }
      return sum.squareRoot()
    }
  }
}

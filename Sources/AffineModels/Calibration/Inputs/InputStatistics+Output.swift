public import AffineQuant

extension InputStatistics {
  /// Σ ‖D · x‖² over all inputs x that were seen: the energy of what a difference of weights makes of
  /// them, with no input kept.
  ///
  /// `difference` is outputs × inputs.
  ///
  /// - Throws: ``CalibrationError/inputWidth(expected:found:)``.
  /// - Complexity: O(outputs · inputs²)
  public func outputEnergy(
    of difference: Matrix<Float>, on execution: Execution = .standard
  ) throws(CalibrationError) -> Double {
    guard difference.shape.columns == columns else {
      throw .inputWidth(expected: columns, found: difference.shape.columns)
    }
    return Self.energies(difference, products, execution).reduce(0, +)
  }

  /// d · P · dᵀ for each row d, at least 0.
  static func energies(
    _ difference: Matrix<Float>, _ products: Matrix<Float>, _ execution: Execution
  ) -> [Double] {
    let image = difference.times(products, on: execution)
    return execution.numbers(rows: difference.shape.rows, columns: difference.shape.columns) {
      row in
      let (lhs, rhs) = (difference.row(row), image.row(row))
      var sum = 0.0
      for column in lhs.indices { sum += Double(lhs[column]) * Double(rhs[column]) }
      return max(sum, 0)
    }
  }

  /// The root of the energy of the quantized weight's output error, in parts of the output's.
  ///
  /// `approximation` and `weight` are outputs × inputs.
  ///
  /// - Throws: ``CalibrationError/inputWidth(expected:found:)``.
  /// - Precondition: Both have one shape.
  public func relativeOutputError(
    of approximation: Matrix<Float>, for weight: Matrix<Float>, on execution: Execution = .standard
  ) throws(CalibrationError) -> Double {
    let difference = weight.minus(approximation, on: execution)
    let error = try outputEnergy(of: difference, on: execution)
    let output = try outputEnergy(of: weight, on: execution)
    return error == 0 ? 0 : (error / output).squareRoot()
  }

  /// What is known of the inputs divided by factors, one a column.
  func divided(by factors: [Float], on execution: Execution) -> Matrix<Float> {
    let inverse = factors.map { 1 / $0 }
    let columns = Elementwise.scaleColumns(products, by: inverse, on: execution)
    return Elementwise.scaleRows(columns, by: inverse, on: execution)
  }
}

extension Matrix<Float> {
  /// This less another of the same shape.
  func minus(_ other: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    precondition(shape == other.shape, "\(shape) less \(other.shape)")
    return Matrix(shape, on: execution) { row, output in
      let (lhs, rhs) = (self.row(row), other.row(row))
      for column in lhs.indices { output[column] = lhs[column] - rhs[column] }
    }
  }

  /// The product with another, which has as many rows as this has columns.
  func times(_ other: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    do { return try inputGradient(self, other, on: execution) } catch {
      preconditionFailure("\(self) times \(other): \(error)")
    }
  }

  /// Some of the columns.
  func columns(_ range: Range<Int>, on execution: Execution) -> Matrix<Float> {
    Matrix(Shape(shape.rows, range.count), on: execution) { row, output in
      let values = self.row(row).extracting(range)
      for column in values.indices { output[column] = values[column] }
    }
  }
}

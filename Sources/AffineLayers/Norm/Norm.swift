internal import AffineQuant

/// A norm of rows, with its weight and perhaps a bias of one row each.
struct Norm: Sendable {
  let kind: DecoderConfiguration.Norm
  let epsilon: Float
  var weight: Matrix<Float>
  var bias: Matrix<Float>?

  func callAsFunction(_ x: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    switch kind {
    case .rms:
      return RowNorm.rootMeanSquare(x, weight: weight, epsilon: epsilon, on: execution).output
    case .layer:
      return RowNorm.layer(x, weight: weight, bias: bias, epsilon: epsilon, on: execution).output
    case .range:
      let bias = bias ?? Matrix(rows: 1, columns: x.shape.columns) { _, _ in 0 }
      guard
        let result = try? RangeNorm(epsilon: epsilon).forward(
          x, gain: weight, bias: bias, on: execution)
      else { preconditionFailure("a norm of \(weight.shape) for \(x.shape)") }
      return result.output
    }
  }

  /// Divides what the norm gives, a factor a column.
  mutating func divide(by factors: Matrix<Float>) {
    precondition(factors.shape == weight.shape, "\(factors) for \(weight)")
    weight = weight.quotient(factors)
    bias = bias?.quotient(factors)
  }
}

extension Matrix<Float> {
  fileprivate func quotient(_ other: Matrix) -> Matrix {
    Matrix(rows: shape.rows, columns: shape.columns) { self[$0, $1] / other[$0, $1] }
  }
}

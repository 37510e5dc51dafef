package import AffineQuant

/// A norm of rows: of a decoder and of an encoder, where they run and on a tape.
///
/// Each row less its mean, or as it is, over its deviation, root mean square or range, times a weight of one row
/// and plus, perhaps, a bias of one.
package struct Norm: Sendable {
  /// What is subtracted from rows, and what they are divided by.
  let kind: DecoderConfiguration.Norm
  /// What keeps the divisor from 0.
  let epsilon: Float
  package private(set) var weight: Matrix<Float>
  package private(set) var bias: Matrix<Float>?
  /// What the output was divided by for the linear layers that read it, one row: others multiply it again.
  package private(set) var divisors: Matrix<Float>?

  /// Takes what it multiplies and adds.
  ///
  /// - Parameters:
  ///   - kind: A root mean square norm has no bias.
  ///   - epsilon: What is added to the mean square, the variance or the range.
  ///   - weight: One row.
  ///   - bias: One row.
  ///   - divisors: What weight and bias were divided by.
  package init(
    _ kind: DecoderConfiguration.Norm, epsilon: Float, weight: Matrix<Float>,
    bias: Matrix<Float>? = nil, divisors: Matrix<Float>? = nil
  ) {
    precondition(kind != .rms || bias == nil, "a root mean square norm with a bias")
    self.kind = kind
    self.epsilon = epsilon
    self.weight = weight
    self.bias = bias
    self.divisors = divisors
  }

  package func callAsFunction(_ x: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    forward(x, on: execution).output
  }

  /// The output as it was before any division.
  func restored(_ output: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    guard let divisors else { return output }
    return Elementwise.scaleColumns(output, by: divisors.values, on: execution)
  }

  /// Divides what the norm gives, a factor a column.
  mutating func divide(by factors: Matrix<Float>) {
    precondition(factors.shape == weight.shape, "\(factors) for \(weight)")
    weight = weight.quotient(factors)
    bias = bias?.quotient(factors)
    let before = divisors
    divisors = Matrix(rows: 1, columns: factors.shape.columns) {
      (before?[$0, $1] ?? 1) * factors[$0, $1]
    }
  }
}

extension Matrix<Float> {
  fileprivate func quotient(_ other: Matrix) -> Matrix {
    Matrix(rows: shape.rows, columns: shape.columns) { self[$0, $1] / other[$0, $1] }
  }
}

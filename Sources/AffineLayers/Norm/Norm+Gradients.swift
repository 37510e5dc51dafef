package import AffineQuant

extension Norm {
  /// What a gradient needs of the forward pass.
  package enum Statistics: Sendable {
    /// Of deviations or root mean squares.
    case deviations(RowNorm.Statistics)
    /// Of ranges.
    case ranges(RangeStatistics)

    /// The bytes of all numbers.
    package var byteCount: Int {
      switch self {
      case .deviations(let statistics): statistics.byteCount
      case .ranges(let statistics): statistics.byteCount
      }
    }
  }

  /// The norm of each row, and what its gradient needs.
  ///
  /// - Precondition: Weight and bias have as many columns.
  package func forward(
    _ x: Matrix<Float>, on execution: Execution
  ) -> (output: Matrix<Float>, statistics: Statistics) {
    switch kind {
    case .rms:
      let result = RowNorm.rootMeanSquare(x, weight: weight, epsilon: epsilon, on: execution)
      return (result.output, .deviations(result.statistics))
    case .layer:
      let result = RowNorm.layer(x, weight: weight, bias: bias, epsilon: epsilon, on: execution)
      return (result.output, .deviations(result.statistics))
    case .range:
      let bias = bias ?? Matrix(rows: 1, columns: x.shape.columns) { _, _ in 0 }
      guard
        let result = try? RangeNorm(epsilon: epsilon).forward(
          x, gain: weight, bias: bias, on: execution)
      else { preconditionFailure("a norm of \(weight.shape) for \(x.shape)") }
      return (result.output, .ranges(result.statistics))
    }
  }

  /// The gradients of input, weight and bias from that of the output; a root mean square norm has none of a bias.
  ///
  /// - Precondition: The statistics are those of `x`, and the gradient has its shape.
  package func gradients(
    _ x: Matrix<Float>, _ statistics: Statistics, _ gradient: Matrix<Float>,
    on execution: Execution
  ) -> (input: Matrix<Float>, weight: Matrix<Float>, bias: Matrix<Float>?) {
    switch statistics {
    case .deviations(let statistics) where kind == .rms:
      let parts = RowNorm.rootMeanSquareGradient(
        x, weight: weight, statistics: statistics, gradient, on: execution)
      return (parts.input, parts.weight, nil)
    case .deviations(let statistics):
      return RowNorm.layerGradient(
        x, weight: weight, statistics: statistics, gradient, on: execution)
    case .ranges(let statistics):
      guard
        let parts = try? RangeNorm(epsilon: epsilon).backward(
          gradient, input: x, statistics, gain: weight, on: execution)
      else { preconditionFailure("a gradient of \(gradient.shape) for \(x.shape)") }
      return (parts.input, parts.gain, parts.bias)
    }
  }
}

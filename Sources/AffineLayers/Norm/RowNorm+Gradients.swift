package import AffineQuant
extension RowNorm {
  /// The gradients of ``layer(_:weight:bias:epsilon:on:)`` from that of its output; those of weight
  /// and bias are 1 x columns.
  package static func layerGradient(
    _ x: Matrix<Float>, weight: Matrix<Float>, statistics: Statistics, _ gradient: Matrix<Float>,
    on execution: Execution
  ) -> (input: Matrix<Float>, weight: Matrix<Float>, bias: Matrix<Float>) {
    precondition(statistics.means?.count == x.shape.rows)
    let parts = gradients(x, weight, statistics, gradient, execution)
    return (
      parts.input, Elementwise.columnSums(parts.weights, on: execution),
      Elementwise.columnSums(parts.biases, on: execution)
    )
  }

  /// The gradients of ``rootMeanSquare(_:weight:epsilon:on:)`` from that of its output; that of the
  /// weight is 1 x columns.
  package static func rootMeanSquareGradient(
    _ x: Matrix<Float>, weight: Matrix<Float>?, statistics: Statistics, _ gradient: Matrix<Float>,
    on execution: Execution
  ) -> (input: Matrix<Float>, weight: Matrix<Float>) {
    precondition(statistics.means == nil)
    let parts = gradients(x, weight, statistics, gradient, execution)
    return (parts.input, Elementwise.columnSums(parts.weights, on: execution))
  }

  private static func gradients(
    _ x: Matrix<Float>, _ weight: Matrix<Float>?, _ statistics: Statistics,
    _ gradient: Matrix<Float>, _ execution: Execution
  ) -> (input: Matrix<Float>, weights: Matrix<Float>, biases: Matrix<Float>) {
    precondition(x.shape == gradient.shape, "\(x.shape) and \(gradient.shape)")
    precondition(weight == nil || weight?.shape == Shape(1, x.shape.columns), "not \(x.shape)")
    precondition(statistics.inverseDeviations.count == x.shape.rows)
    return RowKernels.normGradient(
      x, weight: weight, statistics: statistics, gradient, block: Elementwise.blockRows,
      on: execution)
  }
}

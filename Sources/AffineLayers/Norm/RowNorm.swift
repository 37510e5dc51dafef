package import AffineQuant
/// Norms over each row.
package enum RowNorm {
  /// What a gradient needs of the forward pass, one number a row.
  package struct Statistics: Sendable {
    /// `nil` for the root mean square.
    package let means: Buffer<Float>?
    /// 1 / √(variance + ε), or 1 / √(mean square + ε).
    package let inverseDeviations: Buffer<Float>

    /// The bytes of all numbers.
    package var byteCount: Int {
      ((means?.count ?? 0) + inverseDeviations.count) * MemoryLayout<Float>.stride
    }
  }

  /// (x - mean) / √(variance + ε) · weight + bias (Ba et al., 2016); weight and bias are
  /// 1 x columns, the variance is that of the row itself.
  package static func layer(
    _ x: Matrix<Float>, weight: Matrix<Float>, bias: Matrix<Float>?, epsilon: Float,
    on execution: Execution
  ) -> (output: Matrix<Float>, statistics: Statistics) {
    normalize(x, weight: weight, bias: bias, epsilon: epsilon, centers: true, execution)
  }

  /// x / √(mean of x² + ε) · weight (Zhang and Sennrich, 2019); without weight it counts as 1.
  package static func rootMeanSquare(
    _ x: Matrix<Float>, weight: Matrix<Float>?, epsilon: Float, on execution: Execution
  ) -> (output: Matrix<Float>, statistics: Statistics) {
    normalize(x, weight: weight, bias: nil, epsilon: epsilon, centers: false, execution)
  }

  private static func normalize(
    _ x: Matrix<Float>, weight: Matrix<Float>?, bias: Matrix<Float>?, epsilon: Float,
    centers: Bool, _ execution: Execution
  ) -> (output: Matrix<Float>, statistics: Statistics) {
    let columns = x.shape.columns
    for row in [weight, bias] {
      precondition(row == nil || row?.shape == Shape(1, columns), "a row for \(x.shape)")
    }
    return RowKernels.norm(
      x, weight: weight, bias: bias, epsilon: epsilon, centers: centers, on: execution)
  }
}

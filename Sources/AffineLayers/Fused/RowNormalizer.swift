internal import AffineQuant
internal import AffineKernels

/// A norm of one row at a time; it owns nothing that it points to.
@safe
struct RowNormalizer {
  private let kernel: Kernel<NormRows>
  private let columns: Int
  private let weight, bias: UnsafePointer<Float>?
  private let epsilon: Float
  private let centers: Bool

  /// - Returns: `nil` for a norm that has no kernel for a row.
  init?(_ norm: Norm, _ kernel: Kernel<NormRows>) {
    switch norm.kind {
    case .rms: centers = false
    case .layer: centers = true
    case .range: return nil
    }
    self.kernel = kernel
    columns = norm.weight.shape.columns
    unsafe weight = norm.weight.values.pointer
    unsafe bias = norm.bias.map { unsafe $0.values.pointer }
    epsilon = norm.epsilon
  }

  /// Writes the row, and two numbers to `statistics`.
  func callAsFunction(
    _ row: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ statistics: UnsafeMutablePointer<Float>
  ) {
    var arguments = unsafe NormRows(
      c: aq_norm_args(
        rows: 1, columns: columns, in: row, weight: weight, bias: bias, epsilon: epsilon,
        out: output, means: centers ? statistics : nil, inverses: statistics + 1))
    kernel(&arguments)
  }
}

internal import AffineKernels

/// A function of each value of a product.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// The value itself.
  case none
  /// max(x, 0); NaN stays NaN.
  case relu
  /// x · Φ(x) with the distribution Φ of the normal law (Hendrycks and Gimpel, 2016).
  case gelu
  /// x / (1 + e^-x)
  case silu

  var code: Int32 {
    switch self {
    case .none: Int32(AQ_IDENTITY)
    case .relu: Int32(AQ_RELU)
    case .gelu: Int32(AQ_GELU)
    case .silu: Int32(AQ_SILU)
    }
  }

  /// The definition.
  @inline(__always)
  func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .none: x
    case .relu: x < 0 ? 0 : x
    case .gelu: FloatFunctions.gelu(x)
    case .silu: FloatFunctions.silu(x)
    }
  }
}

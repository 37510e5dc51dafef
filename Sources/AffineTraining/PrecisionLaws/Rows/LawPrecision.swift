/// Bits that a model is trained in.
///
/// `nil` is a part that is not quantized: its factor is 1. A number is a precision, 16 too: the factor of
/// the published constants at 16 bits in all parts is 0.9937.
public struct LawPrecision: Sendable, Hashable, Codable {
  /// Bits of weights.
  public var weightBits: Double?
  /// Bits of the inputs of linear layers.
  public var activationBits: Double?
  /// Bits of cached keys and values.
  public var cacheBits: Double?

  /// Bits of each part.
  ///
  /// - Parameters:
  ///   - weightBits: Bits of a weight; `nil`: not quantized.
  ///   - activationBits: Bits of an activation; `nil`: not quantized.
  ///   - cacheBits: Bits of a key or a value; `nil`: not quantized.
  public init(
    weightBits: Double? = nil, activationBits: Double? = nil, cacheBits: Double? = nil
  ) {
    self.weightBits = weightBits
    self.activationBits = activationBits
    self.cacheBits = cacheBits
  }

  /// The same bits in all parts.
  public init(_ bits: Double) {
    self.init(weightBits: bits, activationBits: bits, cacheBits: bits)
  }

  /// Nothing quantized.
  public static let float = LawPrecision()

  /// With the names of columns.
  var named: [(name: String, bits: Double?)] {
    [("weightBits", weightBits), ("activationBits", activationBits), ("cacheBits", cacheBits)]
  }
}

/// What a loss becomes with size, tokens and bits ("Scaling Laws for Precision", arXiv 2411.04330).
///
///     L = A · N_eff^−α + B · D^−β + E + δ
///     N_eff = N · f_w(P_w) · f_a(P_a) · f_c(P_c),   f(P) = 1 − e^(−P/γ + n)
///     δ = C · D^γD / N_eff^γN · e^(−P_post/γpost) · Π (1 − e^(−C_x · (P_x − P_post)))
///
/// N counts parameters without embeddings, D tokens; the bits P are those of ``LawPrecision``, P_post
/// those that weights are rounded to after training. The factors hold with their offsets n alone:
/// without them the same γ say something else. C is the paper's C_T · e^b, of which rows tell no more
/// than the product.
public struct PrecisionLaw: Sendable, Hashable, Codable {
  /// Which part of the parameters some bits of one part leave: 1 − e^(−bits/γ + n).
  public struct Factor: Sendable, Hashable, Codable {
    /// γ, in bits.
    public var gamma: Double
    /// n.
    public var offset: Double

    /// From γ and n.
    public init(gamma: Double, offset: Double) { (self.gamma, self.offset) = (gamma, offset) }

    /// The bits at which nothing is left.
    public var leastBits: Double { gamma * offset }

    /// The factor; 0 or less where the law does not hold.
    public func value(_ bits: Double) -> Double { 1 - (offset - bits / gamma).exponential }
  }

  /// What rounding weights after training adds to a loss.
  public struct Degradation: Sendable, Hashable, Codable {
    /// C.
    public var scale: Double
    /// γD: more tokens, more harm.
    public var tokenExponent: Double
    /// γN: more parameters, less harm.
    public var parameterExponent: Double
    /// γpost, in bits.
    public var gamma: Double
    /// C of each part that was trained in few bits; `nil`: not known.
    public var weights, activations, cache: Double?

    /// For models that were trained in float; robustness comes after.
    public init(scale: Double, tokenExponent: Double, parameterExponent: Double, gamma: Double) {
      (self.scale, self.gamma) = (scale, gamma)
      (self.tokenExponent, self.parameterExponent) = (tokenExponent, parameterExponent)
    }
  }

  /// A.
  public var parameterScale: Double
  /// α.
  public var parameterExponent: Double
  /// B.
  public var tokenScale: Double
  /// β.
  public var tokenExponent: Double
  /// E, the loss that neither size nor tokens take away.
  public var irreducible: Double
  /// Factors of parts; `nil` where no bits of that part were fitted.
  public var weights, activations, cache: Factor?
  /// What rounding after training adds; `nil` if none was fitted.
  public var degradation: Degradation?
  /// What the constants were fitted on.
  public var range: LawRange
  /// Where the constants come from.
  public var source: String

  /// A law of float training; factors and degradation come after.
  public init(
    parameterScale: Double, parameterExponent: Double, tokenScale: Double, tokenExponent: Double,
    irreducible: Double, range: LawRange, source: String
  ) {
    (self.parameterScale, self.parameterExponent) = (parameterScale, parameterExponent)
    (self.tokenScale, self.tokenExponent) = (tokenScale, tokenExponent)
    (self.irreducible, self.range, self.source) = (irreducible, range, source)
  }

  /// Factors in the order of ``LawPrecision/named``.
  var factors: [Factor?] { [weights, activations, cache] }
}

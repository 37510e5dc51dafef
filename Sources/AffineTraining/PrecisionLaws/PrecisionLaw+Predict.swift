extension PrecisionLaw {
  /// Which part of the parameters some precision leaves.
  ///
  /// - Parameter precision: Bits in training.
  /// - Returns: More than 0, less than 1 or 1.
  /// - Throws: ``LawError/factor(_:bits:least:)`` for too few bits, ``LawError/notIdentifiable(_:)`` for
  ///   parts that the law has no constants for.
  public func factor(_ precision: LawPrecision) throws(LawError) -> Double {
    var product = 1.0
    for (part, factor) in zip(precision.named, factors) {
      guard let bits = part.bits else { continue }
      try Self.check(part.name, bits, 0.01...64)
      guard let factor else {
        throw .notIdentifiable("the law (\(source)) has no constants for \(part.name)")
      }
      guard factor.value(bits) > 0 else {
        throw .factor(part.name, bits: bits, least: factor.leastBits)
      }
      product *= factor.value(bits)
    }
    return product
  }

  /// The loss of a model.
  ///
  /// - Parameters:
  ///   - parameters: Parameters without embeddings.
  ///   - tokens: Tokens of training.
  ///   - precision: Bits in training.
  ///   - postBits: Bits that weights are rounded to after training; `nil`: they are not.
  /// - Returns: The loss and what it is made of.
  /// - Throws: ``LawError``.
  public func predict(
    parameters: Double, tokens: Double, precision: LawPrecision = .float, postBits: Double? = nil
  ) throws(LawError) -> LawPrediction {
    try Self.check("parameters", parameters, Self.counts)
    try Self.check("tokens", tokens, Self.counts)
    let effective = parameters * (try factor(precision))
    var warnings = range.warnings(
      parameters: parameters, tokens: tokens, precision: precision, postBits: postBits)
    var (added, critical) = (0.0, Double?.none)
    if let postBits {
      let harm = try harm(effective, precision, postBits)
      added = harm.scale * tokens.power(harm.tokenExponent)
      critical = criticalTokens(harm)
      if harm.isBound {
        warnings.append("the loss is an upper bound: C of what was trained in few bits is unknown")
      }
    }
    let loss =
      parameterScale * effective.power(-parameterExponent)
      + tokenScale * tokens.power(-tokenExponent) + irreducible + added
    guard loss.isFinite else { throw .invalid("the loss", loss, "a number") }
    return LawPrediction(
      loss: loss, degradation: added, effectiveParameters: effective, criticalTokens: critical,
      warnings: warnings)
  }

  /// Sizes for which powers stay numbers.
  static let counts = 1e-6...1e30

  static func check(
    _ name: String, _ value: Double, _ range: ClosedRange<Double>
  ) throws(LawError) {
    guard range.contains(value) else {
      throw .invalid(name, value, "between \(range.lowerBound) and \(range.upperBound)")
    }
  }

  /// What rounding adds, as a function of tokens: scale · D^exponent.
  private func harm(
    _ effective: Double, _ precision: LawPrecision, _ postBits: Double
  ) throws(LawError) -> (scale: Double, tokenExponent: Double, isBound: Bool) {
    guard let degradation else {
      throw .notIdentifiable("the law (\(source)) has no constants for rounding after training")
    }
    try Self.check("postBits", postBits, 0.01...64)
    var scale =
      degradation.scale * (-postBits / degradation.gamma).exponential
      * effective.power(-degradation.parameterExponent)
    var isBound = false
    for (part, constant) in zip(precision.named, degradation.robustness) {
      guard let bits = part.bits else { continue }
      // The form is derived for more bits in training than after it: at as many it adds nothing.
      if bits <= postBits { return (0, degradation.tokenExponent, false) }
      if let constant {
        scale *= 1 - (-constant * (bits - postBits)).exponential
      } else {
        isBound = true
      }
    }
    return (scale, degradation.tokenExponent, isBound)
  }

  /// Where the derivative of the loss by tokens is 0: [β · B / (γD · scale)]^(1 / (γD + β)).
  private func criticalTokens(
    _ harm: (scale: Double, tokenExponent: Double, isBound: Bool)
  ) -> Double? {
    guard harm.scale > 0, harm.tokenExponent > 0 else { return nil }
    let tokens = (tokenExponent * tokenScale / (harm.tokenExponent * harm.scale))
      .power(1 / (harm.tokenExponent + tokenExponent))
    return tokens.isFinite ? tokens : nil
  }
}

extension PrecisionLaw {
  /// The constants of "Scaling Laws for Precision" (arXiv 2411.04330, table 2): integer types, weights
  /// with a scale an output channel, activations and cache with one a tensor, GPTQ after training.
  ///
  /// 465 models of 30 to 220 million parameters on 1.5 to 26 billion tokens of Dolma. The authors do not
  /// expect the digits to hold elsewhere. The constants C of models trained in few bits are not
  /// published; predictions that need them are bounds and say so.
  public static let published: PrecisionLaw = {
    var range = LawRange(parameters: 30e6...220e6, tokens: 1.5e9...26e9)
    // Activations and cache at 3 bits were left out of the fit: training was unstable.
    (range.weightBits, range.activationBits, range.cacheBits) = (3...12, 4...12, 4...12)
    range.postBits = 3...6
    var law = PrecisionLaw(
      parameterScale: 4.299e3, parameterExponent: 0.4965, tokenScale: 1.806e4,
      tokenExponent: 0.4965, irreducible: 2.7648, range: range, source: "arXiv 2411.04330, table 2")
    law.weights = Factor(gamma: 2.6745, offset: 0.3037)
    law.activations = Factor(gamma: 2.2102, offset: 1.4072)
    law.cache = Factor(gamma: 0.9578, offset: 2.4185)
    // The table has C_T and an offset b of the exponent; both are one constant.
    law.degradation = Degradation(
      scale: 0.0598 * 1.1277.exponential, tokenExponent: 0.5068, parameterExponent: 0.3439,
      gamma: 0.5907)
    return law
  }()
}

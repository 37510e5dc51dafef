/// What a law was fitted on; beyond it, it is a guess.
public struct LawRange: Sendable, Hashable, Codable {
  /// Parameters without embeddings, and tokens.
  public var parameters, tokens: ClosedRange<Double>
  /// Bits in training, of parts that were trained in few bits.
  public var weightBits, activationBits, cacheBits: ClosedRange<Double>?
  /// Bits after training.
  public var postBits: ClosedRange<Double>?

  /// Sizes and tokens; bits come after.
  public init(parameters: ClosedRange<Double>, tokens: ClosedRange<Double>) {
    (self.parameters, self.tokens) = (parameters, tokens)
  }

  /// The range of rows; `nil` if there are none.
  init?(_ rows: [LawRow]) {
    func range(_ values: [Double]) -> ClosedRange<Double>? {
      guard let least = values.min(), let most = values.max() else { return nil }
      return least...most
    }
    guard let parameters = range(rows.map(\.parameters)), let tokens = range(rows.map(\.tokens))
    else { return nil }
    self.init(parameters: parameters, tokens: tokens)
    weightBits = range(rows.compactMap(\.precision.weightBits))
    activationBits = range(rows.compactMap(\.precision.activationBits))
    cacheBits = range(rows.compactMap(\.precision.cacheBits))
    postBits = range(rows.compactMap(\.postBits))
  }

  /// What lies outside, in sentences.
  ///
  /// - Parameters:
  ///   - parameters: Parameters without embeddings.
  ///   - tokens: Tokens of training.
  ///   - precision: Bits in training.
  ///   - postBits: Bits after training.
  /// - Returns: None where the law was fitted.
  public func warnings(
    parameters: Double, tokens: Double, precision: LawPrecision = .float, postBits: Double? = nil
  ) -> [String] {
    let values: [(String, Double?, ClosedRange<Double>?)] =
      [
        ("parameters", parameters, self.parameters), ("tokens", tokens, self.tokens),
        ("postBits", postBits, self.postBits),
      ]
      + zip(precision.named, [weightBits, activationBits, cacheBits]).map { ($0.name, $0.bits, $1) }
    return values.compactMap { name, value, range in
      guard let value, let range, !range.contains(value) else { return nil }
      let ends = [range.lowerBound, range.upperBound].map(PrecisionLaw.count)
      return "\(name) of \(PrecisionLaw.count(value)) are outside of the fitted \(ends[0]) to "
        + ends[1]
    }
  }
}

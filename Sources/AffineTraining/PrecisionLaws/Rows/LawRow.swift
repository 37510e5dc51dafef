/// One measured loss: of a model of some size, trained on so many tokens in some precision, and perhaps
/// rounded after training.
public struct LawRow: Sendable, Hashable, Codable {
  /// Parameters without embeddings.
  public var parameters: Double
  /// Tokens of training.
  public var tokens: Double
  /// What it was trained in.
  public var precision: LawPrecision
  /// Bits that weights were rounded to after training; `nil`: they were not.
  public var postBits: Double?
  /// Nats a token.
  public var loss: Double
  /// Names the training run, so that losses before and after rounding find each other.
  public var run: String?

  /// Collects what was measured.
  ///
  /// - Parameters:
  ///   - parameters: How many the model has without embeddings.
  ///   - tokens: How many it was trained on.
  ///   - precision: Bits that it was trained in.
  ///   - postBits: Bits that its weights were rounded to afterwards; `nil`: they were not.
  ///   - loss: Nats a token.
  ///   - run: The name of the run, if rows of one belong together.
  public init(
    parameters: Double, tokens: Double, precision: LawPrecision = .float, postBits: Double? = nil,
    loss: Double, run: String? = nil
  ) {
    (self.parameters, self.tokens, self.precision) = (parameters, tokens, precision)
    (self.postBits, self.loss, self.run) = (postBits, loss, run)
  }

  /// Refuses what was never measured.
  ///
  /// - Parameter place: Where the row stands, for the error.
  /// - Throws: ``LawError/row(_:_:)``.
  func validate(at place: String) throws(LawError) {
    for (name, value) in [("parameters", parameters), ("tokens", tokens), ("loss", loss)] {
      // Beyond these, powers of a law would leave the range of numbers.
      guard value >= 1e-6, value <= 1e30 else {
        throw .row(place, "\(name) must be a number above 0, not \(value)")
      }
    }
    for (name, value) in precision.named + [("postBits", postBits)] {
      guard let value else { continue }
      guard value > 0, value <= 64 else {
        throw .row(place, "\(name) must be above 0 and at most 64, or empty, not \(value)")
      }
    }
  }
}

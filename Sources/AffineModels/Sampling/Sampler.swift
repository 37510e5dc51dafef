/// Chooses tokens by their logits, after processors have changed those.
///
/// A choice depends on the logits, the text so far, the settings and the step alone: the same seed gives the
/// same text.
public struct Sampler: Sendable {
  /// What changes logits, in this order.
  public let processors: [any LogitsProcessor]
  /// Whether a token is drawn by its probability; else the largest logit is taken.
  public let draws: Bool
  /// Fixes all that is drawn.
  public let seed: UInt64

  /// Always the largest logit, of equal ones the first.
  public static let greedy = Sampler([], draws: false)

  /// Collects what changes logits.
  ///
  /// - Parameters:
  ///   - processors: In the order in which they change logits.
  ///   - draws: Whether a token is drawn by its probability; else the largest logit is taken.
  ///   - seed: Fixes all that is drawn.
  public init(_ processors: [any LogitsProcessor], draws: Bool = true, seed: UInt64 = 0) {
    self.processors = processors
    self.draws = draws
    self.seed = seed
  }

  /// Makes the processors of the usual settings: the repetition penalty comes first, then ``TopK``,
  /// ``Temperature``, ``TopP`` and ``MinP``.
  ///
  /// - Parameters:
  ///   - temperature: What logits are divided by; 0: the largest logit is taken.
  ///   - topK: How many of the likeliest tokens are kept; `nil`: all.
  ///   - topP: Of what is left, the fewest likeliest tokens are kept whose probabilities sum to this.
  ///   - minP: Of what is left, tokens are kept that are this part as likely as the likeliest.
  ///   - repetitionPenalty: See ``RepetitionPenalty``; 1: none.
  ///   - seed: Fixes all that is drawn.
  /// - Throws: ``LanguageModelError/invalidSampling(_:_:)``.
  public init(
    temperature: Float, topK: Int? = nil, topP: Float = 1, minP: Float = 0,
    repetitionPenalty: Float = 1, seed: UInt64 = 0
  ) throws(LanguageModelError) {
    var processors: [any LogitsProcessor] = []
    let penalty = try RepetitionPenalty(repetitionPenalty)
    if repetitionPenalty != 1 { processors.append(penalty) }
    let likeliest = try topK.map { count throws(LanguageModelError) in try TopK(count) }
    let (mass, least) = (try TopP(topP), try MinP(minP))
    // The largest logit stays whatever these do.
    if temperature != 0 {
      if let likeliest { processors.append(likeliest) }
      processors.append(try Temperature(temperature))
      if topP < 1 { processors.append(mass) }
      if minP > 0 { processors.append(least) }
    }
    self.init(processors, draws: temperature != 0, seed: seed)
  }
}

/// Chooses tokens by their logits.
///
/// The repetition penalty comes first, then the temperature, then ``topK`` and ``topP``. A choice depends on
/// the logits, the settings and the step alone: the same seed gives the same text.
public struct Sampler: Sendable, Hashable {
  /// What logits are divided by; 0: the largest logit is chosen.
  public let temperature: Float
  /// How many of the likeliest tokens are kept; `nil`: all.
  public let topK: Int?
  /// Of what is left, the fewest likeliest tokens are kept whose probabilities sum to this; 1: all.
  public let topP: Float
  /// What positive logits of recent tokens are divided by, and others multiplied with (Keskar et al.,
  /// 2019); 1: nothing.
  public let repetitionPenalty: Float
  /// Fixes all choices.
  public let seed: UInt64

  /// Always the largest logit, of equal ones the first.
  public static let greedy = Sampler(unchecked: 0, nil, 1, 1, 0)

  /// Collects settings.
  ///
  /// - Throws: ``LlamaError/invalidSampling(_:_:)``.
  public init(
    temperature: Float, topK: Int? = nil, topP: Float = 1, repetitionPenalty: Float = 1,
    seed: UInt64 = 0
  ) throws(LlamaError) {
    guard temperature >= 0, temperature.isFinite else {
      throw .invalidSampling("temperature", temperature)
    }
    if let topK, topK < 1 { throw .invalidSampling("number of likeliest tokens", Float(topK)) }
    guard topP > 0, topP <= 1 else { throw .invalidSampling("part of the probability", topP) }
    guard repetitionPenalty > 0, repetitionPenalty.isFinite else {
      throw .invalidSampling("repetition penalty", repetitionPenalty)
    }
    self.init(unchecked: temperature, topK, topP, repetitionPenalty, seed)
  }

  private init(
    unchecked temperature: Float, _ topK: Int?, _ topP: Float, _ repetitionPenalty: Float,
    _ seed: UInt64
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.repetitionPenalty = repetitionPenalty
    self.seed = seed
  }
}

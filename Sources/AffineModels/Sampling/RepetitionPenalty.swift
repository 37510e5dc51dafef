/// Makes tokens of the last ones less likely (Keskar et al., arXiv 1909.05858).
public struct RepetitionPenalty: LogitsProcessor {
  /// What positive logits are divided by, and others multiplied with.
  public let value: Float
  /// How many of the last tokens it is for.
  public let recent: Int

  /// - Parameters:
  ///   - value: What positive logits are divided by, and others multiplied with.
  ///   - recent: How many of the last tokens it is for, from 0.
  /// - Throws: ``LanguageModelError/invalidSampling(_:_:)`` for what is no positive number.
  public init(_ value: Float, recent: Int = 64) throws(LanguageModelError) {
    guard value > 0, value.isFinite else { throw .invalidSampling("repetition penalty", value) }
    guard recent >= 0 else {
      throw .invalidSampling("number of tokens that are penalized", Float(recent))
    }
    self.value = value
    self.recent = recent
  }

  public func process(_ logits: inout MutableSpan<Float>, after tokens: [Int]) {
    let recent = tokens.suffix(recent)
    let largest = Float.greatestFiniteMagnitude
    for (index, token) in zip(recent.indices, recent)
    where logits.indices.contains(token) && !recent[..<index].contains(token) {
      let logit = logits[token]
      guard logit.isFinite else { continue }
      let product = logit > 0 ? logit / value : logit * value
      // Beyond all floats it stays one: only a model's error is infinite.
      logits[token] = min(max(product, -largest), largest)
    }
  }
}

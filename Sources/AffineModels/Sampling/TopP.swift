internal import AffineQuant

/// Keeps the fewest likeliest tokens whose probabilities sum to a part of all (Holtzman et al., arXiv 1904.09751).
public struct TopP: LogitsProcessor {
  /// The part, above 0 and up to 1, which keeps all.
  public let value: Float

  /// - Parameter value: The part, above 0 and up to 1, which keeps all.
  /// - Throws: ``LanguageModelError/invalidSampling(_:_:)`` for another number.
  public init(_ value: Float) throws(LanguageModelError) {
    guard value > 0, value <= 1 else { throw .invalidSampling("part of the probability", value) }
    self.value = value
  }

  public func process(_ logits: inout MutableSpan<Float>, after _: [Int]) {
    let largest = logits.largest
    guard value < 1, largest.isFinite else { return }
    func weight(_ logit: Float) -> Double {
      FloatFunctions.exponential(Double(logit) - Double(largest))
    }
    var total = 0.0
    for token in logits.indices { total += weight(logits[token]) }
    // All tokens below this together have less than what may be left out, so the others are few.
    let smallest = (1 - Double(value)) * total / Double(logits.count)
    var likely: [(logit: Float, token: Int)] = []
    for token in logits.indices where weight(logits[token]) >= smallest {
      likely.append((logits[token], token))
    }
    // Not by weights, which may be equal where logits are not.
    likely.sort { ($1.logit, $0.token) < ($0.logit, $1.token) }
    var (sum, last) = (0.0, likely[likely.count - 1])
    for candidate in likely {
      sum += weight(candidate.logit)
      last = candidate
      if sum >= Double(value) * total { break }
    }
    for token in logits.indices where (logits[token], last.token) < (last.logit, token) {
      logits[token] = -.infinity
    }
  }
}

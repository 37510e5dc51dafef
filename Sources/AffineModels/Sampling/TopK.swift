/// Keeps the likeliest tokens, of equal ones those of smaller numbers (Fan et al., arXiv 1805.04833).
public struct TopK: LogitsProcessor {
  /// How many are kept.
  public let count: Int

  /// - Parameter count: How many of the likeliest tokens are kept, from 1.
  /// - Throws: ``LanguageModelError/invalidSampling(_:_:)`` for none.
  public init(_ count: Int) throws(LanguageModelError) {
    guard count >= 1 else {
      throw .invalidSampling("number of likeliest tokens", Float(count))
    }
    self.count = count
  }

  public func process(_ logits: inout MutableSpan<Float>, after _: [Int]) {
    guard count < logits.count else { return }
    var best = MinimumHeap()
    var least: UInt64 = 0
    for token in logits.indices {
      let rank = Self.rank(logits[token], token)
      if token >= count {
        guard rank > least else { continue }
        _ = best.pop()
      }
      best.push(rank)
      least = best.least ?? 0
    }
    for token in logits.indices where Self.rank(logits[token], token) < least {
      logits[token] = -.infinity
    }
  }

  /// Grows with the logit, and where that is equal falls with the token.
  private static func rank(_ logit: Float, _ token: Int) -> UInt64 {
    // Both zeros are one.
    let bits = (logit + 0).bitPattern
    let ordered = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
    return UInt64(ordered) << 32 | UInt64(UInt32.max - UInt32(truncatingIfNeeded: token))
  }
}

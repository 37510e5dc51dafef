internal import AffineQuant

/// Keeps tokens that are at least a part as likely as the likeliest (Nguyen et al., arXiv 2407.01082).
public struct MinP: LogitsProcessor {
  /// The part, from 0, which keeps all, to 1.
  public let value: Float

  /// - Parameter value: The part, from 0, which keeps all, to 1.
  /// - Throws: ``LanguageModelError/invalidSampling(_:_:)`` for another number.
  public init(_ value: Float) throws(LanguageModelError) {
    guard value >= 0, value <= 1 else {
      throw .invalidSampling("part of the likeliest token's probability", value)
    }
    self.value = value
  }

  public func process(_ logits: inout MutableSpan<Float>, after _: [Int]) {
    let largest = Double(logits.largest)
    let least = FloatFunctions.logarithm(Double(value))
    for token in logits.indices where Double(logits[token]) - largest < least {
      logits[token] = -.infinity
    }
  }
}

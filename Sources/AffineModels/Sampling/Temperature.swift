/// Divides logits: below 1 the likely becomes likelier, above 1 less so.
public struct Temperature: LogitsProcessor {
  /// What logits are divided by.
  public let value: Float

  /// - Parameter value: What logits are divided by.
  /// - Throws: ``LanguageModelError/invalidSampling(_:_:)`` for what is no positive number.
  public init(_ value: Float) throws(LanguageModelError) {
    guard value > 0, value.isFinite else { throw .invalidSampling("temperature", value) }
    self.value = value
  }

  public func process(_ logits: inout MutableSpan<Float>, after _: [Int]) {
    let largest = logits.largest
    guard largest.isFinite else { return }
    // Probabilities depend on differences alone, and the largest stays finite however cold it is.
    for token in logits.indices { logits[token] = (logits[token] - largest) / value }
  }
}

extension DecoderConfiguration {
  /// Checks that the numbers are possible and fit each other.
  ///
  /// - Throws: ``DecoderError``.
  public func validate() throws(DecoderError) {
    // Far above any model, and far from overflow in products of two.
    let extents = 1...1 << 24
    for (what, value, range) in [
      ("the vocabulary", vocabulary, extents), ("the width", width, extents),
      ("the number of layers", blocks.count, Self.layers),
      ("the number of heads", heads, 1...1 << 12),
      ("the number of key-value heads", keyValueHeads, 1...1 << 12),
      ("the head size", headSize, 1...1 << 12), ("the feed-forward width", feedForward, extents),
      ("the context", context, extents),
    ] where !range.contains(value) {
      throw .outOfRange(what, value: value, range: range)
    }
    guard heads.isMultiple(of: keyValueHeads) else {
      throw .contradiction("the number of heads", heads, "that of key-value heads", keyValueHeads)
    }
    for (what, value) in [
      ("the epsilon of norms", normEpsilon), ("the scale of attention", attentionScale),
      ("the cap of scores", attentionCap), ("the cap of logits", logitCap),
      ("the scale of the embedding", embeddingScale),
    ] {
      guard let value else { continue }
      guard value > 0, value.isFinite else { throw .notPositive(what, Double(value)) }
    }
    for block in blocks {
      if let window = block.window, !extents.contains(window) {
        throw .outOfRange("a sliding window", value: window, range: extents)
      }
      try block.rotary?.validate(headSize: headSize)
    }
    guard let encoder else { return }
    guard isTied else { throw .encoder(without: "head of its own") }
    if blocks.contains(where: { $0.window != nil }) { throw .encoder(without: "sliding windows") }
    if let padding = encoder.paddingToken, !(0..<vocabulary).contains(padding) {
      throw .noSuchToken(padding, vocabulary: vocabulary)
    }
  }
}

extension RotaryRule {
  fileprivate func validate(headSize: Int) throws(DecoderError) {
    guard (0...headSize).contains(columns) else {
      throw .contradiction("the columns that turn", columns, "the head size", headSize)
    }
    guard columns.isMultiple(of: 2) else {
      throw .contradiction("the columns that turn", columns, "pairs of columns", 2)
    }
    guard divisors.isEmpty || divisors.count == columns / 2 else {
      throw .contradiction(
        "the number of frequencies", divisors.count, "half the columns that turn", columns / 2)
    }
    for (what, value) in [
      ("the base of positions", base), ("the magnitude of positions", magnitude),
    ] + divisors.map({ ("a divisor of a frequency", $0) })
    where !(value > 0 && value.isFinite) {
      throw .notPositive(what, value)
    }
  }
}

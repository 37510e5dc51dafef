internal import AffineFormats
internal import AffineQuant

extension TextEmbedder {
  /// About how many tokens of each kind calibration sees: some times as many as a layer has inputs.
  static let sampleTokens = 4096

  /// Sequences of tokens drawn from the vocabulary, of several lengths, that show the inputs of layers
  /// where no text is at hand.
  ///
  /// Which features have outliers depends on the model and on the tokens around a text more than on the
  /// text.
  public var sampleSequences: [[Int]] {
    sampleSequences(lengths: (0..<2).flatMap { _ in [4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128] })
  }

  /// The same, with about as many tokens in sequences of each length: what GPTQ needs not to trust chance
  /// products of a few inputs.
  public func sampleSequences(tokens: Int) -> [[Int]] {
    sampleSequences(lengths: Self.lengths(tokens: tokens))
  }

  /// Parts of a text, from places that lie evenly in it, with the tokens that mark the ends.
  ///
  /// - Parameters:
  ///   - text: Any text; of a line that is longer than a text may be, the beginning counts.
  ///   - tokens: About how many tokens all parts have together.
  /// - Returns: Sequences of several lengths; none for an empty text.
  public func sequences(from text: String, tokens: Int) -> [[Int]] {
    let stream = text.textLines(omittingEmpty: true).flatMap { line in
      tokenizer.tokens(String(line)).dropFirst().dropLast()
    }
    let lengths = Self.lengths(tokens: tokens)
    guard !stream.isEmpty else { return [] }
    return lengths.enumerated().map { index, length in
      let count = min(innerCount(length), stream.count)
      // The lengths go from short to long: a step coprime to their number spreads each over the text.
      let place = index * Self.step % lengths.count
      let start = (stream.count - count) * place / lengths.count
      return marked(Array(stream[start..<start + count]))
    }
  }

  /// A prime above any number of sequences.
  private static let step = 1_000_003

  private static func lengths(tokens: Int) -> [Int] {
    let lengths = [4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]
    return lengths.flatMap { length in
      repeatElement(length, count: max(tokens / lengths.count / length, 1))
    }
  }

  private func sampleSequences(lengths: [Int]) -> [[Int]] {
    let key = SplitMix.key(seed: 0, step: 0)
    var drawn = 0
    func token() -> Int {
      drawn += 1
      return Int(SplitMix.word(key, drawn) % UInt64(tokenizer.tokenCount))
    }
    return lengths.map { length in marked((0..<innerCount(length)).map { _ in token() }) }
  }

  /// How many tokens of a sequence do not mark its ends.
  private func innerCount(_ length: Int) -> Int {
    max(min(length, model.configuration.maximumTokens) - 2, 0)
  }

  private func marked(_ tokens: [Int]) -> [Int] {
    [tokenizer.bosToken].compactMap(\.self) + tokens + [tokenizer.eosToken].compactMap(\.self)
  }
}

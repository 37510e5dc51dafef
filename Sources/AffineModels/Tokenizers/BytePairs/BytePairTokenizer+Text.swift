extension BytePairTokenizer {
  /// The tokens of a text.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - addSpecial: Put ``bosToken`` before it if ``addsBos`` says so.
  ///   - parseSpecial: Take the name of a control token in the text for the token; those that the user
  ///     defined are found in any case.
  /// - Returns: The tokens, in the order of the text.
  public func tokens(_ text: String, addSpecial: Bool, parseSpecial: Bool) -> [Int] {
    var tokens: [Int] = []
    if addSpecial, addsBos, let bosToken { tokens.append(bosToken) }
    let text = ClassifiedText(Array(text.utf8))
    var cache = WordCache(textCount: text.bytes.count)
    var merger = PairMerger()
    for fragment in specials.fragments(of: text.bytes, parseSpecial: parseSpecial) {
      if let token = fragment.token {
        tokens.append(token)
        continue
      }
      var (text, range) = (text, fragment.range)
      if composes {
        text = ClassifiedText(CanonicalComposition.composed(Array(text.bytes[range])))
        range = text.bytes.indices
      }
      var pieces = Pieces(text, range, preTokenizer.splits)
      while let piece = pieces.next() {
        append(text.bytes, piece, &cache, &merger, to: &tokens)
      }
    }
    return tokens
  }

  private func append(
    _ text: [UInt8], _ piece: Range<Int>, _ cache: inout WordCache, _ merger: inout PairMerger,
    to tokens: inout [Int]
  ) {
    guard piece.count <= WordCache.longestWord else {
      merge(text, piece, &merger, to: &tokens)
      return
    }
    let key = WordCache.key(text, piece)
    if cache.append(key, to: &tokens) { return }
    let start = tokens.count
    merge(text, piece, &merger, to: &tokens)
    cache.insert(key, tokens[start...])
  }

  private func merge(
    _ text: [UInt8], _ piece: Range<Int>, _ merger: inout PairMerger, to tokens: inout [Int]
  ) {
    if preTokenizer.keepsWholeTokens, let token = tokensByBytes.find(text, piece) {
      tokens.append(token)
    } else {
      merger.append(text, piece, bytes: byteTokens, merges: merges, to: &tokens)
    }
  }

  public func bytes(of token: Int, isFirst: Bool, showSpecial: Bool) -> [UInt8] {
    guard kinds.indices.contains(token) else { return [] }
    switch kinds[token] {
    case .unknown, .control: return showSpecial ? outputs[token] : []
    case .undefined, .normal, .userDefined, .unused, .byte: return outputs[token]
    }
  }
}

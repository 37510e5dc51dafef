extension PieceTokenizer {
  public func tokens(_ text: String, addSpecial: Bool, parseSpecial: Bool) -> [Int] {
    var (tokens, words): ([Int], Words) = ([], [:])
    if addSpecial, addsBos, let bosToken { tokens.append(bosToken) }
    let text = Array(text.utf8)
    var followsSpecial = true
    for fragment in specials.fragments(of: text, parseSpecial: parseSpecial) {
      if let token = fragment.token {
        tokens.append(token)
        followsSpecial = true
        continue
      }
      let isFirst = fragment.range.lowerBound == 0
      let part = normalizer.normalized(Array(text[fragment.range]))
      for word in cutsAtSpaces ? Self.words(part) : [part[...]] {
        append(word, followsSpecial, isFirst: isFirst, to: &tokens, &words)
      }
      followsSpecial = false
    }
    return tokens
  }

  /// Where the tokens of a word are that was there before: texts repeat theirs, and a hostile file makes many of one.
  private typealias Words = [ArraySlice<UInt8>: Range<Int>]

  /// What stands between spaces of any kind.
  private static func words(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    let text = String(decoding: text, as: UTF8.self)
    let bytes = Array(text.utf8)
    var words: [ArraySlice<UInt8>] = []
    var (start, place) = (0, 0)
    for scalar in text.unicodeScalars {
      let end = place + UTF8.width(scalar)
      if scalar.properties.isWhitespace {
        if place > start { words.append(bytes[start..<place]) }
        start = end
      }
      place = end
    }
    if place > start { words.append(bytes[start...]) }
    return words
  }

  private func append(
    _ text: ArraySlice<UInt8>, _ followsSpecial: Bool, isFirst: Bool, to tokens: inout [Int],
    _ words: inout Words
  ) {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(text.count + text.count / 2)
    for byte in text {
      if byte == 0x20 { escaped += Self.space } else { escaped.append(byte) }
    }
    let isPrefixed =
      switch prefix {
      case .none: false
      case .first: followsSpecial
      case .always: true
      case .metaspace: !escaped.starts(with: Self.space)
      case .metaspaceFirst: isFirst && !escaped.starts(with: Self.space)
      }
    if escaped.isEmpty { return }
    if isPrefixed { escaped = Self.space + escaped }
    guard cutsBeforeMarks else { return append(escaped[...], to: &tokens) }
    var start = 0
    for place in escaped.indices.dropFirst()
    where escaped[place] == 0xe2 && place + 3 <= escaped.count && escaped[place + 1] == 0x96
      && escaped[place + 2] == 0x81
    {
      append(escaped[start..<place], to: &tokens, &words)
      start = place
    }
    append(escaped[start...], to: &tokens, &words)
  }

  private func append(
    _ word: ArraySlice<UInt8>, to tokens: inout [Int], _ words: inout Words
  ) {
    if let known = words[word] {
      for place in known { tokens.append(tokens[place]) }
      return
    }
    let start = tokens.count
    append(word, to: &tokens)
    words[word] = start..<tokens.count
  }

  private func append(_ word: ArraySlice<UInt8>, to tokens: inout [Int]) {
    let escaped = Array(word)
    var followsUnknown = false
    forEachPiece(of: escaped) { token, range in
      guard token < 0 else {
        tokens.append(token)
        followsUnknown = false
        return
      }
      let bytes = escaped[range].map { byteTokens[Int($0)] }
      if bytes.allSatisfy({ $0 >= 0 }) {
        tokens += bytes.map { Int($0) }
        followsUnknown = false
      } else if let unknownToken {
        if !followsUnknown || !joinsUnknown { tokens.append(unknownToken) }
        followsUnknown = true
      }
    }
  }

  private func forEachPiece(
    of text: [UInt8], _ body: (_ token: Int, _ range: Range<Int>) -> Void
  ) {
    switch rule {
    case .unigram(let model): model.forEachPiece(of: text, body)
    case .merging(let rule):
      var merger = PieceMerger(text, table, rule)
      merger.forEach(body)
    }
  }
}

extension TextVocabulary {
  /// The tokens of a text.
  ///
  /// - Throws: ``CorpusError``: for characters, a text that is not UTF-8, or has a character that this
  ///   vocabulary has not.
  public func tokens(of text: Span<UInt8>) throws(CorpusError) -> [UInt16] {
    var tokens: [UInt16] = []
    tokens.reserveCapacity(text.count)
    guard unit == .characters else {
      for index in text.indices { tokens.append(UInt16(text[index])) }
      return tokens
    }
    // One place for every scalar up to the last: looked up faster than in a dictionary.
    var places = [UInt16](repeating: .max, count: 1 + Int(characters.last?.value ?? 0))
    for (token, character) in characters.enumerated() {
      places[Int(character.value)] = UInt16(token)
    }
    try Self.forEachCharacter(text) { (character, byte) throws(CorpusError) in
      let value = Int(character.value)
      guard value < places.count, places[value] != .max else {
        throw .unknownCharacter(character, byte: byte)
      }
      tokens.append(places[value])
    }
    return tokens
  }

  /// The text of tokens; what is no token, or no character in UTF-8, becomes U+FFFD.
  public func text(of tokens: some Sequence<Int>) -> String {
    switch unit {
    case .bytes:
      // 0xff stands nowhere in UTF-8, so it is replaced in its turn.
      String(decoding: tokens.map { UInt8(exactly: $0) ?? 0xff }, as: UTF8.self)
    case .characters:
      String(
        String.UnicodeScalarView(
          tokens.map { characters.indices.contains($0) ? characters[$0] : "\u{fffd}" }))
    }
  }

  /// Calls `body` with each character and the byte where it begins.
  static func forEachCharacter(
    _ text: Span<UInt8>,
    _ body: (Unicode.Scalar, _ byte: Int) throws(CorpusError) -> Void
  ) throws(CorpusError) {
    let characters: UTF8Span
    do { characters = try UTF8Span(validating: text) } catch {
      throw .notUTF8(byte: error.byteOffsets.lowerBound)
    }
    var iterator = characters.makeUnicodeScalarIterator()
    var byte = 0
    while let character = iterator.next() {
      try body(character, byte)
      byte = iterator.currentCodeUnitOffset
    }
  }
}

import AffineTraining
import Testing

@Suite struct TextVocabularyTests {
  @Test func charactersAreInTheOrderOfUnicode() throws {
    let vocabulary = try TextVocabulary(charactersOf: Array("zébra \u{1F40D} a\nz".utf8).span)
    #expect(vocabulary.characters == ["\n", " ", "a", "b", "r", "z", "é", "\u{1F40D}"])
    #expect(vocabulary.count == 8)
    #expect(try vocabulary.tokens(of: Array("raz\u{1F40D}".utf8).span) == [4, 2, 5, 7])
    #expect(vocabulary.text(of: [4, 2, 5, 7, 8, -1]) == "raz\u{1F40D}\u{fffd}\u{fffd}")
  }

  @Test func bytesTakeAnything() throws {
    let bytes = (0...255).map { UInt8($0) }
    #expect(TextVocabulary.bytes.count == 256)
    #expect(try TextVocabulary.bytes.tokens(of: bytes.span) == (0...255).map { UInt16($0) })
    #expect(TextVocabulary.bytes.text(of: [0x61, 0xc3, 0xa9, 256, -1]) == "aé\u{fffd}\u{fffd}")
  }

  @Test func aVocabularyIsMadeAgainFromItsCharacters() throws {
    let vocabulary = try TextVocabulary(charactersOf: Array("naïve καλημέρα".utf8).span)
    let text = vocabulary.text(of: 0..<vocabulary.count)
    #expect(try TextVocabulary(charactersOf: Array(text.utf8).span) == vocabulary)
  }

  @Test func unknownCharactersAreNamed() throws {
    let vocabulary = try TextVocabulary(charactersOf: Array("abé".utf8).span)
    for unknown in ["Q", "\u{10ffff}", "c", "\u{0}"] as [Unicode.Scalar] {
      #expect(throws: CorpusError.unknownCharacter(unknown, byte: 3)) {
        try vocabulary.tokens(of: Array("éa\(unknown)b".utf8).span)
      }
    }
  }

  /// Bytes that begin nothing, end too soon, are too long, a surrogate, beyond the last.
  @Test(arguments: [[0x80], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]])
  func whatIsNotUTF8IsFound(wrong: [UInt8]) throws {
    let text = Array("é: ".utf8) + wrong + Array("after".utf8)
    #expect(throws: CorpusError.notUTF8(byte: 4)) { try TextVocabulary(charactersOf: text.span) }
    let vocabulary = try TextVocabulary(charactersOf: Array("é: after".utf8).span)
    #expect(throws: CorpusError.notUTF8(byte: 4)) { try vocabulary.tokens(of: text.span) }
    #expect(try TextVocabulary.bytes.tokens(of: text.span).count == text.count)
  }

  @Test func aVocabularyIsNotADictionary() throws {
    var text = ""
    for value in 0x4e00..<0x4e00 + 4095 { text.unicodeScalars.append(Unicode.Scalar(value)!) }
    #expect(try TextVocabulary(charactersOf: Array(text.utf8).span).count == 4095)
    #expect(throws: CorpusError.tooManyCharacters(found: 4096, most: 4095)) {
      try TextVocabulary(charactersOf: Array((text + "a").utf8).span)
    }
  }
}

import AffineFormats
import AffineModels
import Foundation
import Testing

@Suite struct WordPieceTests {
  private static let vocabulary = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "!", "a", "##a", "中", "ss", ".",
    "##b",
    "ᄀ", "##ᅡ", "ω",
  ]

  private static func tokens(_ text: String, parseSpecial: Bool = false) throws -> [Int] {
    try WordPieceTokenizer(vocabulary: vocabulary)
      .tokens(text, addSpecial: false, parseSpecial: parseSpecial)
  }

  @Test(arguments: [
    ("UNaffable!", [4, 5, 6, 7]), ("ÀÁ ä", [8, 9, 8]), ("a中a", [8, 10, 8]), ("", []),
    (" \t\r\n\u{a0}", []),
    ("unq un", [1, 4]), ("a\u{0}\u{200d}\u{ad}a", [8, 9]), ("a\u{301}\u{327}b", [8, 13]),
    ("가", [14, 15]),
    ("[CLS]", [1, 1, 1]), ("\u{3a9}\u{2126}", [1]), ("Ω Ω", [16, 16]), ("a.a!", [8, 12, 8, 7]),
  ])
  func wordsAreCutIntoTheLongestPieces(_ text: String, _ tokens: [Int]) throws {
    #expect(try Self.tokens(text) == tokens)
  }

  @Test func wordsOfMoreThanAHundredCharactersAreUnknown() throws {
    let tokens = try Self.tokens(String(repeating: "a", count: 100))
    #expect(tokens == [8] + [Int](repeating: 9, count: 99))
    #expect(try Self.tokens(String(repeating: "a", count: 101)) == [1])
    // Characters, not bytes; and those that stay.
    #expect(try Self.tokens(String(repeating: "a\u{301}", count: 100)).count == 100)
  }

  @Test(arguments: [(2, [2, 3]), (3, [2, 4, 3]), (4, [2, 4, 5, 3]), (9, [2, 4, 5, 6, 8, 3])])
  func longTextsAreCutOff(_ maximumCount: Int, _ tokens: [Int]) throws {
    let tokenizer = try WordPieceTokenizer(
      vocabulary: Self.vocabulary, maximumCount: maximumCount)
    #expect(tokenizer.tokens("unaffable a") == tokens)
    let bare = tokenizer.tokens("unaffable a", addSpecial: false, parseSpecial: false)
    #expect(bare == Array([4, 5, 6, 8].prefix(maximumCount)))
  }

  @Test func textsComeBackWithSpacesBetweenWords() throws {
    let tokenizer = try WordPieceTokenizer(vocabulary: Self.vocabulary)
    #expect(tokenizer.text(tokenizer.tokens("Unaffable a!  A.")) == "unaffable a! a.")
    #expect(tokenizer.text([2, 4, 3], showSpecial: true) == "[CLS] un [SEP]")
    #expect(tokenizer.text([-1, 17, .max, .min]).isEmpty)
    var stream = TokenStream(tokenizer)
    #expect([2, 4, 5, 8].map { stream.append($0) } == ["", "un", "aff", " a"])
    #expect(try Self.tokens("a[SEP]a", parseSpecial: true) == [8, 3, 8])
  }

  @Test func vocabulariesThatDoNotFitAreRefused() throws {
    for name in ["[UNK]", "[CLS]", "[SEP]"] {
      #expect(throws: TokenizerError.missingToken(name)) {
        try WordPieceTokenizer(vocabulary: ["[UNK]", "[CLS]", "[SEP]"].filter { $0 != name })
      }
    }
    for count in [-1, 0, 1] {
      #expect(throws: TokenizerError.maximumCount(count, least: 2)) {
        try WordPieceTokenizer(vocabulary: Self.vocabulary, maximumCount: count)
      }
    }
    #expect(throws: TokenizerError.self) { try WordPieceTokenizer(vocabularyPath: "/missing") }
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).txt")
    defer { try? FileManager.default.removeItem(at: path) }
    try Data("[UNK]\r\n[CLS]\n[SEP]\n\na\u{2028}b".utf8).write(to: path)
    #expect(
      try WordPieceTokenizer(vocabularyPath: path.path()).vocabulary
        == ["[UNK]", "[CLS]", "[SEP]", "", "a\u{2028}b"])
    try Data([0x61, 0xff]).write(to: path)
    #expect(throws: TokenizerError.notUTF8) { try WordPieceTokenizer(vocabularyPath: path.path()) }
  }
}

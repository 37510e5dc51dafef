import AffineModels
import Foundation
import Testing

/// What a `tokenizer.json` makes of a text before it is cut, and how far it may grow.
@Suite struct TextNormalizerTests {
  /// Letters by themselves, and what changes texts first.
  private static func tokenizer(
    _ steps: [String], pieces: [String] = ["\u{2581}", "a", "b", "c"]
  ) throws -> any LanguageTokenizer {
    let names = pieces.map { #"["\#($0)",-1]"# }.joined(separator: ",")
    return try TokenizerFileErrorTests.tokenizer(
      TokenizerFileErrorTests.unigram(
        vocabulary: #"[["<unk>",0],\#(names)]"#,
        normalizer: #"{"type":"Sequence","normalizers":[\#(steps.joined(separator: ","))]}"#))
  }

  private static func replacement(_ old: String, _ new: String) -> String {
    #"{"type":"Replace","pattern":{"String":"\#(old)"},"content":"\#(new)"}"#
  }

  /// SentencePiece's map of one string, of one byte or of two.
  private static func map(_ string: [UInt8], to new: String) -> String {
    let (step, leaf) = (UInt32(1 << 10), UInt32(1 << 8))
    var nodes = [UInt32](repeating: 0, count: 1 << 10)
    nodes[0] = 256 * step
    var base = 256
    for (place, byte) in string.enumerated() {
      let node = base ^ Int(byte)
      let isLast = place == string.count - 1
      nodes[node] = UInt32(byte) | (isLast ? leaf | step : 512 * step)
      base = node ^ (isLast ? 1 : 512)
    }
    var bytes = Data()
    for number in [UInt32(4 * nodes.count)] + nodes {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
      }
    }
    bytes += Data(new.utf8)
    return #"{"type":"Precompiled","precompiled_charsmap":"\#(bytes.base64EncodedString())"}"#
  }

  /// A string for another, from the left, as a plain loop does it.
  private static func replaced(_ text: [UInt8], _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
    var (result, place): ([UInt8], Int) = ([], 0)
    while place < text.count {
      if text.count - place >= old.count, Array(text[place..<place + old.count]) == old {
        result += new
        place += old.count
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return result
  }

  @Test(arguments: ["a", "ab", "aa", "aab", "abab", "aabaa", "aabaaab"], ["", "c", "cab", "aa"])
  func replacesAsAPlainLoopDoes(_ old: String, _ new: String) throws {
    var state: UInt32 = 1
    let text = (0..<2000).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return state >> 30 == 0 ? 0x62 : 0x61
    }
    let expected = Self.replaced(text, Array(old.utf8), Array(new.utf8))
    let found = try Self.tokenizer([Self.replacement(old, new)])
      .tokens(String(decoding: text, as: UTF8.self))
    #expect(
      try found == Self.tokenizer([]).tokens(String(decoding: expected, as: UTF8.self)))
  }

  /// A string that nearly stands everywhere is looked for once a byte: 100,000 times 50,000 take seconds.
  @Test func takesTimeByTheText() throws {
    let tokenizer = try Self.tokenizer([
      Self.replacement(String(repeating: "a", count: 50_000) + "b", "c")
    ])
    let began = ContinuousClock.now
    let count = tokenizer.tokens(String(repeating: "a", count: 100_000)).count
    #expect(count == 100_001)
    #expect(began.duration(to: .now) < .seconds(5))
  }

  static let tooLarge: [(steps: [String], found: Int)] = [
    ([String](repeating: replacement("a", "aa"), count: 40), 32),
    ([replacement("a", String(repeating: "b", count: 18))], 18),
    ([replacement("aa", String(repeating: "b", count: 35))], 18),
    ([#"{"type":"Prepend","prepend":"\#(String(repeating: "b", count: 17))"}"#], 18),
    (
      [
        #"{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"\#(String(repeating: "b", count: 35))"}"#
      ], 18
    ),
    ([String](repeating: #"{"type":"NFC"}"#, count: 3), 27),
    ([map([0x61], to: String(repeating: "b", count: 18))], 18),
    ([map(Array("\u{e9}".utf8), to: String(repeating: "b", count: 35))], 18),
    ([replacement("a", String(repeating: "b", count: 500_000))], 500_000),
  ]

  /// Whatever grows a text does so by a known factor, and that is bounded before there is a text.
  @Test(arguments: tooLarge) func textsThatGrow(_ steps: [String], _ found: Int) throws {
    let error = TokenizerError.tooMany(
      of: "bytes that normalization makes of one", found: found, most: 17)
    #expect(throws: error) { try Self.tokenizer(steps) }
  }

  @Test func manySteps() throws {
    let step = Self.replacement("b", "b")
    _ = try Self.tokenizer([String](repeating: step, count: 64))
    let error = TokenizerError.tooMany(
      of: "bytes that the steps of normalization write for one", found: 65, most: 64)
    #expect(throws: error) { try Self.tokenizer([String](repeating: step, count: 65)) }
  }

  static let asMuch: [(step: String, text: String, count: Int)] = [
    (replacement("a", String(repeating: "b", count: 17)), "aca", 35),
    (map([0x61], to: String(repeating: "b", count: 17)), "aca", 35),
    (map(Array("\u{e9}".utf8), to: String(repeating: "b", count: 34)), "\u{e9}c", 35),
    (#"{"type":"Prepend","prepend":"\#(String(repeating: "b", count: 16))"}"#, "c", 17),
  ]

  /// As much as may be is what it says.
  @Test(arguments: asMuch)
  func textsThatGrowAsMuchAsMayBe(_ step: String, _ text: String, _ count: Int) throws {
    // Before them stands the mark of a space.
    #expect(try Self.tokenizer([step]).tokens(text).count == count + 1)
  }

  /// Long pieces are looked at from every byte of a text that grew.
  @Test func longPiecesOfTextsThatGrow() throws {
    let step = Self.replacement("a", String(repeating: "b", count: 16))
    let pieces = [64, 65].map { ["a", String(repeating: "b", count: $0)] }
    _ = try Self.tokenizer([step], pieces: pieces[0])
    _ = try Self.tokenizer([], pieces: pieces[1])
    let error = TokenizerError.tooMany(
      of: "bytes of pieces that begin at one of a text", found: 1040, most: 1024)
    #expect(throws: error) { try Self.tokenizer([step], pieces: pieces[1]) }
  }

  /// A map whose strings begin inside of a character replaces nothing by them.
  @Test func stringsThatBeginInACharacter() throws {
    let whole = Self.map([0x61], to: "\u{e9}")
    #expect(try Self.tokenizer([whole], pieces: ["\u{e9}", "a"]).tokens("a") == [0, 1])
    // From its second byte on.
    let parts = whole.split(separator: "\"")
    var cut = try #require(Data(base64Encoded: String(parts[parts.count - 2])))
    cut[4 + 4 * (256 ^ 0x61 ^ 1)] = 1
    let step =
      #"{"type":"Precompiled","precompiled_charsmap":"\#(cut.base64EncodedString())"}"#
    #expect(try Self.tokenizer([step], pieces: ["\u{e9}", "a"]).tokens("a") == [0, 2])
  }
}

/// Tokens around a text.
@Suite struct TokenFrameTests {
  private static func json(_ parts: Int, ids: Int) -> String {
    let specials = [String](repeating: #"{"SpecialToken":{"id":"s"}}"#, count: parts)
    let numbers = [String](repeating: "0", count: ids).joined(separator: ",")
    return TokenizerFileErrorTests.unigram(
      processor: """
        {"type":"TemplateProcessing",
        "single":[{"Sequence":{"id":"A"}},\(specials.joined(separator: ","))],
        "special_tokens":{"s":{"ids":[\(numbers)]}}}
        """)
  }

  @Test func areAsManyAsModelsHave() throws {
    let tokenizer = try TokenizerFileErrorTests.tokenizer(Self.json(8, ids: 8))
    #expect(tokenizer.tokens("a") == [1] + [Int](repeating: 0, count: 64))
    for (parts, ids, found) in [(5, 16, 80), (1, 65, 65), (17_000, 20_000, 20_000)] {
      let error = TokenizerError.tooMany(of: "tokens around a text", found: found, most: 64)
      #expect(throws: error) {
        try TokenizerFileErrorTests.tokenizer(Self.json(parts, ids: ids))
      }
    }
  }

  /// Names are found without a search through all.
  @Test func manyNames() throws {
    let names = (0..<20_000).map { "s\($0)" }
    let parts = names.map { #"{"SpecialToken":{"id":"\#($0)"}}"# }.joined(separator: ",")
    let specials = names.map { #""\#($0)":{"ids":[]}"# }.joined(separator: ",")
    let json = TokenizerFileErrorTests.unigram(
      processor: """
        {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},\(parts)],
        "special_tokens":{\(specials)}}
        """)
    let began = ContinuousClock.now
    #expect(try TokenizerFileErrorTests.tokenizer(json).tokens("a") == [1])
    #expect(began.duration(to: .now) < .seconds(10))
  }
}

import AffineModels
import AffineTestSupport
import Testing

@Suite struct TokenStreamTests {
  /// Its tokens are the 256 bytes.
  private static func bytes() throws -> BytePairTokenizer {
    try BytePairTokenizer(vocabulary: BytePairTests.names, merges: [], preTokenizer: "gpt-2")
  }

  @Test func charactersComeWhole() throws {
    var stream = TokenStream(try Self.bytes())
    var pieces: [String] = []
    for byte in "aé☃👍".utf8 { pieces.append(stream.append(Int(byte))) }
    #expect(pieces == ["a", "", "é", "", "", "☃", "", "", "", "👍"])
    #expect(stream.append(0xe2).isEmpty && stream.finish() == "\u{fffd}")
    #expect(stream.finish().isEmpty && stream.append(0x61) == "a")
  }

  /// Any bytes, broken ones more often than not: what is streamed is what all bytes decode to.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func piecesJoinToTheWhole(_ seed: UInt64) throws {
    let tokenizer = try Self.bytes()
    var random = SplitMix64(seed: seed)
    // The bytes at which UTF-8's rules change.
    let edges = [
      0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xff,
    ]
    let tokens = (0..<60).map { _ in edges[Int(random.next() % UInt64(edges.count))] }
    var stream = TokenStream(tokenizer)
    var text = ""
    for token in tokens { text += stream.append(token) }
    text += stream.finish()
    let whole = String(decoding: tokens.map { UInt8($0) }, as: UTF8.self)
    #expect(Array(text.unicodeScalars) == Array(whole.unicodeScalars))
    #expect(Array(tokenizer.text(tokens).unicodeScalars) == Array(whole.unicodeScalars))
  }
}

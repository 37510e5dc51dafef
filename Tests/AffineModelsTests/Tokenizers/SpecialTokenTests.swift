import AffineModels
import AffineTestSupport
import Testing

/// The names of special tokens in a text, some of them parts of others.
@Suite struct SpecialTokenTests {
  private static let control = 3, userDefined = 4

  /// A vocabulary of the bytes and of names, every other of which is found in any case.
  private static func tokenizer(_ names: [String]) throws -> BytePairTokenizer {
    let kinds = names.indices.map { $0.isMultiple(of: 2) ? control : userDefined }
    return try BytePairTokenizer(
      vocabulary: BytePairTests.names + names, merges: [],
      kinds: [Int](repeating: 1, count: 256) + kinds, preTokenizer: "gpt-2")
  }

  /// The definition: name after name, the longest first, takes what is left of the text from its beginning.
  private static func tokens(_ text: [UInt8], _ names: [(bytes: [UInt8], token: Int)]) -> [Int] {
    var tokens: [Int?] = text.map { Int($0) }
    var isFree = text.map { _ in true }
    let sorted = names.sorted { ($1.bytes.count, $0.token) < ($0.bytes.count, $1.token) }
    for (bytes, token) in sorted {
      for start in text.indices where start + bytes.count <= text.count {
        let range = start..<start + bytes.count
        guard Array(text[range]) == bytes, range.allSatisfy({ isFree[$0] }) else { continue }
        for index in range { (tokens[index], isFree[index]) = (nil, false) }
        tokens[start] = token
      }
    }
    return tokens.compactMap(\.self)
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func theLongestIsFoundFirst(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func word(_ length: Int) -> String {
      String((0..<length).map { _ in ["a", "b", "<"][Int(random.next() % 3)] as Character })
    }
    let count = Int(random.next() % 30) + 1
    let names = Array(Set((0..<count).map { _ in word(Int(random.next() % 9) + 2) })).sorted()
    let tokenizer = try Self.tokenizer(names)
    let numbered = names.enumerated().map { (bytes: Array($1.utf8), token: 256 + $0) }
    for length in [0, 1, 5, 40, 300] {
      let text = word(length)
      for isAll in [false, true] {
        let wanted = numbered.filter { isAll || !$0.token.isMultiple(of: 2) }
        #expect(
          tokenizer.tokens(text, addSpecial: false, parseSpecial: isAll)
            == Self.tokens(Array(text.utf8), wanted))
      }
    }
  }

  /// All matches, of which there are 700 million, would take gigabytes and minutes.
  @Test(.timeLimit(.minutes(1))) func namesInNamesTakeNoLonger() throws {
    let longest = 1400
    let tokenizer = try Self.tokenizer((2...longest).map { String(repeating: "a", count: $0) })
    let text = String(repeating: "a", count: 500_000)
    let tokens = tokenizer.tokens(text, addSpecial: false, parseSpecial: true)
    #expect(tokens.count == (500_000 + longest - 1) / longest)
    #expect(tokens.first == 256 + longest - 2)
  }
}

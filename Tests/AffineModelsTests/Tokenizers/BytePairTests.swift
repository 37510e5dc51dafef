import AffineModels
import AffineTestSupport
import Testing

@Suite struct BytePairTests {
  /// GPT-2's names of the 256 bytes, written here once more.
  static let names: [String] = {
    let seen = Array(0x21...0x7e) + Array(0xa1...0xac) + Array(0xae...0xff)
    let hidden = (0...255).filter { !seen.contains($0) }
    return (0...255).map { byte in
      let value = hidden.firstIndex(of: byte).map { 0x100 + $0 } ?? byte
      return Unicode.Scalar(UInt32(value)).map { String($0) } ?? ""
    }
  }()

  /// Merges of what there is already, drawn at random; every merge makes a new token.
  private static func merges(_ count: Int, of alphabet: [String], seed: UInt64) -> [(
    String, String
  )] {
    var random = SplitMix64(seed: seed)
    var tokens = alphabet
    var merges: [(String, String)] = []
    while merges.count < count {
      let left = tokens[Int(random.next() % UInt64(tokens.count))]
      let right = tokens[Int(random.next() % UInt64(tokens.count))]
      guard !tokens.contains(left + right), left.count + right.count < 9 else { continue }
      tokens.append(left + right)
      merges.append((left, right))
    }
    return merges
  }

  private static func tokenizer(_ merges: [(String, String)], _ name: String = "gpt-2") throws
    -> BytePairTokenizer
  {
    try BytePairTokenizer(
      vocabulary: names + merges.map { $0 + $1 }, merges: merges.map { $0 + " " + $1 },
      preTokenizer: name)
  }

  /// The definition: of all pairs the one with the lowest rank, the leftmost of them, again and again.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func mergesGoInTheOrderOfTheirRanks(_ seed: UInt64) throws {
    let merges = Self.merges(40, of: ["a", "b", "c"], seed: seed)
    let tokenizer = try Self.tokenizer(merges)
    var random = SplitMix64(seed: seed + 1000)
    for length in [1, 2, 7, 15, 16, 40, 300] {
      let word = (0..<length).map { _ in ["a", "b", "c"][Int(random.next() % 3)] }
      var parts = word
      while let best = parts.indices.dropLast().compactMap({ index in
        merges.firstIndex { $0 == (parts[index], parts[index + 1]) }.map { ($0, index) }
      }).min(by: <) {
        parts[best.1...best.1 + 1] = [parts[best.1] + parts[best.1 + 1]]
      }
      let found = tokenizer.tokens(word.joined())
      #expect(found.map { tokenizer.text([$0]) } == parts)
    }
  }

  /// A piece of n characters takes O(n log n) steps: squares of half a million would take minutes.
  @Test(.timeLimit(.minutes(1))) func longWordsAreNoSlowerThanOthers() throws {
    let tokenizer = try Self.tokenizer([("a", "a"), ("aa", "aa")])
    let tokens = tokenizer.tokens(String(repeating: "a", count: 500_003))
    #expect(tokens.count == 125_002)
  }

  @Test(arguments: [
    ("gpt-2", "it's 12 x", ["it", "'s", " 12", " x"]),
    ("smollm", "it's 12  x", ["it", "'s", " ", "1", "2", " ", " x"]),
    ("llama-bpe", "IT'S 12345\n\n x", ["IT", "'S", " ", "123", "45", "\n\n", " x"]),
    ("qwen2", "a12 .b!\r\n c", ["a", "1", "2", " .", "b", "!\r\n", " c"]),
    ("default", "a...1234 $5", ["a", "...", "123", "4", " ", "$", "5"]),
  ])
  func textsAreCutIntoWords(_ name: String, _ text: String, _ words: [String]) throws {
    // A merge for every two bytes of a word makes each word one token, and none beyond.
    var merges: [(String, String)] = []
    for word in words {
      let parts = word.utf8.map { Self.names[Int($0)] }
      for end in parts.indices.dropFirst() {
        merges.append((parts[..<end].joined(), parts[end]))
      }
    }
    // One that would join two words, were they not cut.
    merges.append((Self.names[0x20], Self.names[0x31]))
    let tokenizer = try Self.tokenizer(merges, name)
    #expect(tokenizer.tokens(text).map { tokenizer.text([$0]) } == words)
  }

  @Test func specialTokensAreFoundWhenAskedFor() throws {
    let tokenizer = try BytePairTokenizer(
      vocabulary: Self.names + ["<a>", "<a><b>", "<u>", "<0x41>"], merges: [],
      kinds: [Int](repeating: 1, count: 256) + [3, 3, 4, 6], preTokenizer: "gpt-2", bosToken: 256,
      eosToken: 257, addsBos: true)
    #expect(tokenizer.tokens("") == [256])
    // The longest first, wherever it stands; what the user defined always.
    #expect(
      tokenizer.tokens("<a><a><b>x<u>", addSpecial: false, parseSpecial: true)
        == [256, 257, 0x78, 258])
    #expect(tokenizer.tokens("<a><u>") == [256, 0x3c, 0x61, 0x3e, 258])
    #expect(tokenizer.text([256, 0x78, 258, 259, 257, -1, 260, .max]) == "x<u>A")
    #expect(tokenizer.text([256, 0x78], showSpecial: true) == "<a>x")
  }

  /// Bytes that have no token leave nothing, as in llama.cpp.
  @Test func missingBytesAreLeftOut() throws {
    let tokenizer = try BytePairTokenizer(
      vocabulary: ["a", "b", "ab"], merges: ["a b"], preTokenizer: "gpt-2")
    #expect(tokenizer.tokens("acb ab") == [0, 1, 2])
  }

  @Test func partsThatDoNotFitAreRefused() {
    func make(
      _ vocabulary: [String] = ["a", "b"], _ merges: [String] = [], _ kinds: [Int] = [],
      _ name: String = "gpt-2", bos: Int? = nil, adds: Bool = false
    ) throws -> BytePairTokenizer {
      try BytePairTokenizer(
        vocabulary: vocabulary, merges: merges, kinds: kinds, preTokenizer: name, bosToken: bos,
        addsBos: adds)
    }
    #expect(throws: TokenizerError.emptyVocabulary) { try make([]) }
    #expect(throws: TokenizerError.unknownPreTokenizer("tekken")) { try make([], [], [], "tekken") }
    #expect(throws: TokenizerError.wrongCount(of: "kinds of tokens", expected: 2, found: 1)) {
      try make(["a", "b"], [], [1])
    }
    #expect(throws: TokenizerError.unknownKind(-7, token: 1)) {
      try make(["a", "b"], [], [1, -7])
    }
    for merge in ["a b", "a", "", " ", "a b c", "c a", "é x"] {
      #expect(throws: TokenizerError.merge(number: 0, text: merge)) {
        try make(["a", "b"], [merge])
      }
    }
    for token in [-1, 2, Int.max] {
      #expect(throws: TokenizerError.noSuchToken(token, role: "beginning", count: 2)) {
        try make(bos: token)
      }
    }
    #expect(throws: TokenizerError.missingToken("for the beginning")) { try make(adds: true) }
  }
}

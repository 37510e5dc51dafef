/// How a text is cut into words before their bytes are merged, by the name in `tokenizer.ggml.pre`.
struct PreTokenizer: Sendable {
  let splits: [Split]
  /// Whether a word that is a token is that token, however its bytes would merge.
  let keepsWholeTokens: Bool

  /// The names that are known, as in GGUF files.
  static let names = [
    "default", "gpt-2", "llama-bpe", "llama3", "qwen2", "refact", "smollm", "starcoder",
  ]

  init(_ name: String) throws(TokenizerError) {
    keepsWholeTokens = name == "llama-bpe" || name == "llama3"
    switch name {
    case "default": splits = [.punctuationRuns, .gpt2, .numberRuns, .digitTriples]
    case "gpt-2": splits = [.gpt2]
    case "refact", "smollm", "starcoder": splits = [.numbers, .gpt2]
    case "llama-bpe", "llama3": splits = [.llama3(longestNumber: 3)]
    case "qwen2": splits = [.llama3(longestNumber: 1)]
    default: throw .unknownPreTokenizer(name)
    }
  }
}

/// The pieces of a part of a text, one after another.
struct Pieces {
  private let text: ClassifiedText
  private let splits: [Split]
  private let limit: Int
  private var position: Int
  /// For each split, where its piece at `position` ends.
  private var ends: [Int]

  init(_ text: ClassifiedText, _ range: Range<Int>, _ splits: [Split]) {
    self.text = text
    self.splits = splits
    limit = range.upperBound
    position = range.lowerBound
    ends = splits.map { _ in range.lowerBound }
  }

  mutating func next() -> Range<Int>? {
    guard position < limit else { return nil }
    var end = limit
    for (index, split) in splits.enumerated() {
      if ends[index] <= position { ends[index] = split.end(text, from: position, limit: end) }
      end = ends[index]
    }
    defer { position = end }
    return position..<end
  }
}

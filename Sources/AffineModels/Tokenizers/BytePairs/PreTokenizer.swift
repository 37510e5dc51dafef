internal import AffineFormats

/// How a text is cut into words before their bytes are merged, by the name in `tokenizer.ggml.pre`.
struct PreTokenizer: Sendable {
  let splits: [Split]
  /// Whether a word that is a token is that token, however its bytes would merge.
  let keepsWholeTokens: Bool

  /// Names that mean one way of cutting: converters write a new one for every family of models.
  private struct Family {
    let names: [String]
    let splits: [Split]
    var keepsWholeTokens = false
  }

  /// The names of GGUF files that llama.cpp treats alike, by what it does.
  private static let families = [
    Family(names: ["default"], splits: [.punctuationRuns, .gpt2, .numberRuns, .digitTriples]),
    Family(
      names: [
        "gpt-2", "phi-2", "mpt", "olmo", "jais", "gigachat", "a.x-4.0", "mellum", "exaone4",
        "trillion", "granite-docling", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de",
        "modern-bert",
      ], splits: [.gpt2]),
    Family(
      names: [
        "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
        "mellum2",
      ], splits: [.numbers, .gpt2]),
    Family(
      names: [
        "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
        "jina-v5-nano",
      ], splits: [.llama3(longestNumber: 3)], keepsWholeTokens: true),
    Family(
      names: ["smaug-bpe", "dbrx", "glm4", "chatglm-bpe"], splits: [.llama3(longestNumber: 3)]),
    Family(
      names: [
        "qwen2", "deepseek-r1-qwen", "megrez", "stablelm2", "hunyuan", "solar-open", "kormo",
        "f2llmv2", "grok-2",
      ], splits: [.llama3(longestNumber: 1)]),
  ]

  init(_ name: String) throws(TokenizerError) {
    guard let family = Self.families.first(where: { $0.names.contains { name.isSame(as: $0) } })
    else { throw .unknownPreTokenizer(name) }
    splits = family.splits
    keepsWholeTokens = family.keepsWholeTokens
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

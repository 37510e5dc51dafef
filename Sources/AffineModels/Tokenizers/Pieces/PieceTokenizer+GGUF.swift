public import AffineFormats

extension PieceTokenizer {
  /// Makes the tokenizer that a GGUF file has, of the kind `llama`, token for token as llama.cpp does it.
  ///
  /// - Throws: ``TokenizerError``: another kind of tokenizer, parts that are missing or do not fit.
  public init(_ metadata: GGUFMetadata) throws {
    let prefix = GGUFMetadata.tokenPrefix
    let model = try metadata.word(prefix + "model")
    guard model == "llama" else { throw TokenizerError.unknownModel(model) }
    func flag(_ key: String) throws -> Bool? {
      try metadata.ifPresent(prefix + key) { try $0.bool($1) }
    }
    func token(_ key: String) throws -> Int? {
      try metadata.ifPresent(prefix + key) { try $0.int($1) }
    }
    for key in ["add_eos_token", "add_sep_token", "remove_extra_whitespaces"]
    where try flag(key) ?? false {
      throw TokenizerError.unsupported(prefix + key)
    }
    try metadata.requireNoOtherTokenKeys()
    let vocabulary = try metadata.strings(prefix + "tokens")
    let scores = try metadata.floats(prefix + "scores")
    let kinds = try metadata.integers(prefix + "token_type").map { Int($0) }
    guard scores.count == vocabulary.count else {
      throw TokenizerError.wrongCount(
        of: "scores", expected: vocabulary.count, found: scores.count)
    }
    let ranks = Self.ranks(scores)
    // Without other word, llama.cpp takes the numbers of the first such vocabulary.
    try self.init(
      vocabulary: vocabulary, kinds: kinds,
      prefix: try flag("add_space_prefix") ?? true ? .first : .none,
      bosToken: try token("bos_token_id") ?? 1, eosToken: try token("eos_token_id") ?? 2,
      unknownToken: try token("unknown_token_id") ?? 0, addsBos: try flag("add_bos_token") ?? true,
      ends: try metadata.tokensThatEnd()
    ) { _ in .merging(.texts(ranks: ranks)) }
  }

  /// The place of each score among all, the best first; equal ones have one, and what is no number is last.
  private static func ranks(_ scores: [Float]) -> [UInt32] {
    let ordered = scores.indices.sorted {
      (comparable(scores[$0]), $1) > (comparable(scores[$1]), $0)
    }
    var (ranks, rank) = ([UInt32](repeating: 0, count: scores.count), UInt32(0))
    for (place, token) in ordered.enumerated() {
      if place > 0, comparable(scores[token]) != comparable(scores[ordered[place - 1]]) {
        rank += 1
      }
      ranks[token] = rank
    }
    return ranks
  }

  private static func comparable(_ score: Float) -> Float { score.isNaN ? -.infinity : score }
}

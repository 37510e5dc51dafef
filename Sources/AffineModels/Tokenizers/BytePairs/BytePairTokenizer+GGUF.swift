public import AffineFormats

extension BytePairTokenizer {
  /// Makes the tokenizer that a GGUF file has.
  ///
  /// - Throws: ``TokenizerError``: another kind of tokenizer, before anything else is looked at; parts
  ///   that are missing or of another type, or do not fit.
  public init(_ metadata: GGUFMetadata) throws(TokenizerError) {
    let parts: Parts
    do { parts = try Parts(metadata) } catch let error as GGUFError {
      throw .gguf(error)
    } catch let error as TokenizerError {
      throw error
    } catch {
      preconditionFailure("an error of neither kind: \(error)")
    }
    // Where a file says nothing, llama.cpp begins Llama 3's texts with the token and no others.
    let beginsUnlessTold = try PreTokenizer(parts.preTokenizer).keepsWholeTokens
    try self.init(
      vocabulary: parts.vocabulary, merges: parts.merges, kinds: parts.kinds,
      preTokenizer: parts.preTokenizer, bosToken: parts.bosToken, eosToken: parts.eosToken,
      addsBos: parts.addsBos ?? (beginsUnlessTold && parts.bosToken != nil), ends: parts.ends)
  }
}

/// What the metadata of a file say of a tokenizer.
private struct Parts {
  let vocabulary, merges: [String]
  let kinds: [Int]
  let preTokenizer: String
  let bosToken, eosToken: Int?
  let addsBos: Bool?
  let ends: [Int]

  private static let prefix = GGUFMetadata.tokenPrefix

  /// - Throws: ``AffineFormats/GGUFError`` or ``TokenizerError``.
  init(_ metadata: GGUFMetadata) throws {
    let model = try metadata.word(Self.prefix + "model")
    guard model == "gpt2" else { throw TokenizerError.unknownModel(model) }
    // Files from before there were names for it say nothing.
    preTokenizer = try metadata.ifPresent(Self.prefix + "pre") { try $0.word($1) } ?? "default"
    // A kind that is not known is said before the parts that it may lack.
    _ = try PreTokenizer(preTokenizer)
    func optional<Value>(
      _ key: String, _ read: (GGUFMetadata, String) throws(GGUFError) -> Value
    ) throws(GGUFError) -> Value? { try metadata.ifPresent(Self.prefix + key, read) }
    let integer = { (metadata: GGUFMetadata, key: String) throws(GGUFError) in
      try metadata.int(key)
    }
    let flag = { (metadata: GGUFMetadata, key: String) throws(GGUFError) in try metadata.bool(key) }
    for key in ["add_eos_token", "add_sep_token"] where try optional(key, flag) ?? false {
      throw TokenizerError.unsupported("\(Self.prefix)\(key)")
    }
    try metadata.requireNoOtherTokenKeys()
    vocabulary = try metadata.strings(Self.prefix + "tokens")
    merges = try metadata.strings(Self.prefix + "merges")
    kinds =
      try optional("token_type") { metadata, key throws(GGUFError) in
        try metadata.integers(key).map(Int.init)
      } ?? []
    bosToken = try optional("bos_token_id", integer)
    eosToken = try optional("eos_token_id", integer)
    addsBos = try optional("add_bos_token", flag)
    ends = try metadata.tokensThatEnd()
  }
}

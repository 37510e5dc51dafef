public import AffineFormats

extension BytePairTokenizer {
  /// Makes the tokenizer that a GGUF file has.
  ///
  /// - Throws: ``TokenizerError``.
  public init(_ metadata: GGUFMetadata) throws(TokenizerError) {
    let (model, vocabulary, merges, preTokenizer): (String, [String], [String], String)
    do {
      model = try metadata.string("tokenizer.ggml.model")
      vocabulary = try metadata.strings("tokenizer.ggml.tokens")
      merges = try metadata.strings("tokenizer.ggml.merges")
      preTokenizer = try metadata.string("tokenizer.ggml.pre")
    } catch { throw .gguf(error) }
    guard model == "gpt2" else { throw .unknownModel(model) }
    // Where a file says nothing, llama.cpp begins Llama 3's texts with the token and no others.
    let beginsUnlessTold = try PreTokenizer(preTokenizer).keepsWholeTokens
    let bosToken = metadata["tokenizer.ggml.bos_token_id"]?.int
    try self.init(
      vocabulary: vocabulary, merges: merges,
      kinds: (metadata["tokenizer.ggml.token_type"]?.integers ?? []).map(Int.init),
      preTokenizer: preTokenizer, bosToken: bosToken,
      eosToken: metadata["tokenizer.ggml.eos_token_id"]?.int,
      addsBos: metadata["tokenizer.ggml.add_bos_token"]?.bool
        ?? (beginsUnlessTold && bosToken != nil))
  }
}

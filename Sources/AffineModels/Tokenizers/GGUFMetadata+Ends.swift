internal import AffineFormats

extension GGUFMetadata {
  /// The tokens that end a turn or a message, or fill and separate files for models of code, by their numbers;
  /// that of sequences is not among them. llama.cpp ends texts at them, whatever the kind of the vocabulary.
  func tokensThatEnd() throws(GGUFError) -> [Int] {
    var tokens: [Int] = []
    for role in ["eot", "eom", "fim_pad", "fim_rep", "fim_sep"] {
      let key = "tokenizer.ggml.\(role)_token_id"
      if self[key] != nil { tokens.append(try int(key)) }
    }
    // As Ollama writes them, where there are several.
    let several = "tokenizer.ggml.eos_token_ids"
    if self[several] != nil { tokens += try integers(several).map { Int($0) } }
    return tokens
  }
}

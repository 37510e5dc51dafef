internal import AffineFormats

extension ModelSource {
  /// The files of the tokenizer in a folder of Hugging Face: copies of those that there are, or new ones.
  ///
  /// - Throws: ``ModelFileError``, ``TokenizerError`` or ``AffineFormats/GGUFError``: a tokenizer that such files
  ///   do not describe, a file that cannot be read.
  func tokenizerFiles() throws -> [(name: String, bytes: [UInt8])] {
    guard case .gguf(let weights) = weights else {
      return try [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json",
        "added_tokens.json", "generation_config.json", "chat_template.jinja",
      ].compactMap { name -> (name: String, bytes: [UInt8])? in
        guard MappedFile.exists("\(folder)/\(name)") else { return nil }
        do throws(FileError) {
          return (name, try MappedFile.contents(of: "\(folder)/\(name)"))
        } catch { throw ModelFileError.file(error) }
      }
    }
    guard try hasTokenizer else { return [] }
    let tokenizer = try tokenizer()
    let names = try weights.file.metadata.strings("tokenizer.ggml.tokens")
    var settings: [(name: String, value: JSONValue)] = [
      (name: "tokenizer_class", value: .string("PreTrainedTokenizerFast")),
      (name: "clean_up_tokenization_spaces", value: .boolean(false)),
    ]
    for (role, token) in [("bos_token", tokenizer.bosToken), ("eos_token", tokenizer.eosToken)] {
      if let token { settings.append((name: role, value: .string(names[token]))) }
    }
    if let template = try chatTemplate() {
      settings.append((name: "chat_template", value: .string(template)))
    }
    return [
      ("tokenizer.json", try TokenizerDocument(weights.file.metadata, tokenizer).json),
      ("tokenizer_config.json", JSONValue.object(settings)),
      ("generation_config.json", JSONValue.object(tokenizer.roles)),
    ].map { ($0, Array($1.serialized.utf8)) }
  }
}

extension ModelSource {
  /// Whether there is one: a GGUF file may say that there is none.
  var hasTokenizer: Bool {
    get throws {
      guard case .gguf(let weights) = weights else { return true }
      return try weights.file.metadata.word("tokenizer.ggml.model") != "none"
    }
  }
}

extension LanguageTokenizer {
  /// The tokens that begin and end texts, as configurations name them.
  var roles: [(name: String, value: JSONValue)] {
    var roles: [(name: String, value: JSONValue)] = []
    if let bosToken { roles.append((name: "bos_token_id", value: .integer(bosToken))) }
    // The first is that of sequences.
    let ends = [eosToken].compactMap(\.self) + self.ends.subtracting([eosToken ?? -1]).sorted()
    roles.append((name: "eos_token_id", value: .array(ends.map { .integer($0) })))
    return roles
  }
}

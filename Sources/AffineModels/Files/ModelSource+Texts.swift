internal import AffineFormats
internal import AffineLayers

extension ModelSource {
  /// What makes tokens of texts.
  ///
  /// - Throws: ``TokenizerError``, ``ModelFileError`` or ``AffineFormats/GGUFError``: no tokenizer, a kind or
  ///   a setting that is not known; ``AffineLayers/DecoderError`` for tokens without a row of the embedding.
  public func tokenizer() throws -> any LanguageTokenizer {
    switch weights {
    case .gguf(let weights): return try weights.tokenizer()
    case .folder:
      let path = "\(folder)/tokenizer.json"
      let tokenizer = try Self.tokenizer(ofFile: path, ends: try ends())
      try configuration.requireRows(of: tokenizer)
      return tokenizer
    }
  }

  /// Reads a `tokenizer.json` alone.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - ends: Tokens that end a text, the first of them that of sequences.
  /// - Returns: The tokenizer.
  /// - Throws: ``ModelFileError`` or ``TokenizerError``.
  public static func tokenizer(
    ofFile path: String, ends: [Int] = []
  ) throws -> any LanguageTokenizer {
    try TokenizerFile(ModelSettings(file: path), ends: ends).tokenizer()
  }

  /// Reads the contents of a `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - contents: Its bytes.
  ///   - ends: Tokens that end a text, the first of them that of sequences.
  /// - Returns: The tokenizer.
  /// - Throws: ``ModelFileError`` or ``TokenizerError``.
  public static func tokenizer(
    contents: [UInt8], ends: [Int] = []
  ) throws -> any LanguageTokenizer {
    try TokenizerFile(ModelSettings(file: "tokenizer.json", contents: contents), ends: ends)
      .tokenizer()
  }

  /// How the model wants conversations written, if a file says so.
  ///
  /// - Throws: ``ModelFileError`` or ``AffineFormats/GGUFError``.
  public func chatTemplate() throws -> String? {
    switch weights {
    case .gguf(let weights):
      return try weights.file.metadata.ifPresent("tokenizer.chat_template") { try $0.string($1) }
    case .folder:
      let path = "\(folder)/chat_template.jinja"
      if MappedFile.exists(path) {
        do { return String(decoding: try MappedFile.contents(of: path), as: UTF8.self) } catch {
          throw ModelFileError.file(error)
        }
      }
      guard let settings = try optionalSettings("tokenizer_config.json") else { return nil }
      guard case .array = settings.value("chat_template") else {
        return try settings.text("chat_template")
      }
      return try settings.parts("chat_template").flatMap { try Self.standardTemplate($0) }
    }
  }

  /// Of several templates, the one for conversations without tools or documents, which is called so: transformers
  /// too takes no other for it, and the last of one name.
  private static func standardTemplate(
    _ named: [ModelSettings]
  ) throws(ModelFileError) -> String? {
    guard let file = named.first?.file else { return nil }
    var names: [String] = []
    var standard: String?
    for entry in named {
      guard let name = try entry.text("name"), let template = try entry.text("template") else {
        throw .malformed(
          file: file, reason: "'chat_template' has an element without a name or a template")
      }
      names.append(name)
      if name.isSame(as: "default") { standard = template }
    }
    guard let standard else {
      throw .malformed(
        file: file,
        reason: "of the templates in 'chat_template' none is called default, but "
          + names.joined(separator: ", "))
    }
    return standard
  }

  /// The tokens that end a text, as the settings for generation say, or those of the model.
  func ends() throws -> [Int] {
    for name in ["generation_config.json", "config.json"] {
      guard let settings = try optionalSettings(name),
        let found = try settings.intOrInts("eos_token_id")
      else { continue }
      return found
    }
    return []
  }

  var folder: String {
    if MappedFile.exists("\(path)/config.json") { return path }
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  func optionalSettings(_ name: String) throws -> ModelSettings? {
    try ModelFolder(path: folder).optionalDocument(name)
  }
}

extension GGUFWeights {
  /// What makes tokens of texts.
  ///
  /// - Throws: ``TokenizerError`` or ``AffineFormats/GGUFError``: no tokenizer, or a kind that is not known;
  ///   ``AffineLayers/DecoderError`` for tokens without a row of the embedding.
  public func tokenizer() throws -> any LanguageTokenizer {
    let kind = try file.metadata.word("tokenizer.ggml.model")
    let tokenizer: any LanguageTokenizer =
      kind == "llama" ? try PieceTokenizer(file.metadata) : try BytePairTokenizer(file.metadata)
    try configuration.requireRows(of: tokenizer)
    return tokenizer
  }
}

extension DecoderConfiguration {
  /// - Throws: ``AffineLayers/DecoderError/contradiction(_:_:_:_:)`` for tokens without a row of the embedding.
  fileprivate func requireRows(of tokenizer: any LanguageTokenizer) throws(DecoderError) {
    guard tokenizer.tokenCount <= vocabulary else {
      throw .contradiction(
        "the number of tokens", tokenizer.tokenCount, "the rows of the embedding", vocabulary)
    }
  }
}

internal import AffineLayers
public import AffineQuant

/// Makes embeddings of texts: an encoder and its tokenizer.
public struct TextEmbedder: Sendable {
  /// The encoder, whose layers may be quantized.
  public var model: BertModel
  /// What makes tokens of texts.
  public let tokenizer: any LanguageTokenizer

  /// Reads a model's folder, with the tokens in `vocab.txt` or `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - folder: Its path.
  ///   - tensors: The path of another file to read tensors from.
  ///   - copies: Copy the tensors into memory, so that their file may be rewritten.
  /// - Throws: As ``BertModel/init(folder:tensors:copies:)``; ``ModelFileError`` and ``TokenizerError`` of tokens.
  public init(folder: String, tensors: String? = nil, copies: Bool = false) throws {
    model = try BertModel(folder: folder, tensors: tensors, copies: copies)
    let folder = ModelFolder(path: folder)
    if let settings = try folder.optionalDocument("config_sentence_transformers.json"),
      let name = try settings.text("default_prompt_name")
    {
      throw ModelFileError.unsupported(file: settings.file, what: "the default prompt '\(name)'")
    }
    if let framed = try Self.framed(folder, model.configuration) {
      tokenizer = framed
    } else {
      tokenizer = try WordPieceTokenizer(folder, model.configuration)
    }
  }

  /// The tokenizer of a `tokenizer.json` that is none of WordPiece.
  private static func framed(
    _ folder: ModelFolder, _ configuration: BertConfiguration
  ) throws -> FramedTokenizer? {
    guard let document = try folder.optionalDocument("tokenizer.json"),
      let type = try document.part("model")?.word("type"), type != "WordPiece",
      configuration.encoder.encoder?.paddingToken != nil
    else { return nil }
    if let settings = try folder.sentenceSettings(), try settings.flag("do_lower_case") ?? false {
      throw ModelFileError.unsupported(
        file: settings.file, what: "'do_lower_case' of texts that are cut in pieces by '\(type)'")
    }
    let file = try TokenizerFile(document, ends: [])
    var tokenizer = FramedTokenizer(inner: try file.tokenizer(), frame: file.frame)
    if let framed = tokenizer.inner as? FramedTokenizer { tokenizer.inner = framed.inner }
    let vocabulary = configuration.encoder.vocabulary
    guard tokenizer.tokenCount <= vocabulary else {
      throw ModelFileError.malformed(
        file: document.file,
        reason: "it has \(tokenizer.tokenCount) tokens, and the model \(vocabulary)")
    }
    tokenizer.maximumCount = configuration.maximumTokens
    return tokenizer
  }

  /// The tokens of a text, cut to the longest that the model was trained for.
  public func tokens(_ text: String) -> [Int] { tokenizer.tokens(text) }

  /// One embedding for each text.
  ///
  /// - Parameters:
  ///   - texts: Any texts.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: Texts × width.
  /// - Throws: ``BertError/layer(name:_:)``: a weight that is not a number.
  public func embeddings(
    of texts: [String], on execution: Execution = .standard
  ) throws(BertError) -> Matrix<Float> {
    try model.embeddings(of: texts.map(tokens), on: execution)
  }
}

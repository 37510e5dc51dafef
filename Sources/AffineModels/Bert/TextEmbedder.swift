public import AffineQuant

/// Makes embeddings of texts: a BERT model and its tokenizer.
public struct TextEmbedder: Sendable {
  /// The encoder, whose layers may be quantized.
  public var model: BertModel
  /// What makes tokens of texts.
  public let tokenizer: WordPieceTokenizer

  /// Reads a model's folder, with the tokens in `vocab.txt`.
  ///
  /// - Parameters:
  ///   - folder: Its path.
  ///   - tensors: The path of another file to read tensors from.
  /// - Throws: ``BertError``, naming what is missing.
  public init(folder: String, tensors: String? = nil) throws(BertError) {
    model = try BertModel(folder: folder, tensors: tensors)
    let folder = ModelFolder(path: folder)
    let rules = try BertTextRules(folder)
    if let settings = try folder.optionalDocument("config_sentence_transformers.json"),
      let name = try settings.text("default_prompt_name")
    {
      throw .unsupported(file: settings.file, what: "the default prompt '\(name)'")
    }
    let path = folder.path(of: "vocab.txt")
    do {
      tokenizer = try WordPieceTokenizer(
        vocabularyPath: path, maximumCount: model.configuration.maximumTokens,
        rules: rules)
    } catch .file(let error) { throw .file(error) } catch {
      throw .malformed(file: path, reason: "\(error)")
    }
    guard tokenizer.tokenCount <= model.configuration.vocabulary else {
      throw .malformed(
        file: path,
        reason:
          "it has \(tokenizer.tokenCount) tokens, and the model \(model.configuration.vocabulary)"
      )
    }
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

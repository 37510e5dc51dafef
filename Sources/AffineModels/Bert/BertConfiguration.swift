internal import AffineFormats
public import AffineLayers

/// The extents of an encoder, BERT or one of its kin, and what is made of its output (Devlin et al., 2018; Reimers and
/// Gurevych, 2019).
public struct BertConfiguration: Sendable, Hashable {
  /// What files call things.
  public var architecture = EncoderArchitecture.bert
  /// Tokens that have an embedding.
  public var vocabulary: Int
  /// Features of a token.
  public var width: Int
  /// Blocks of attention and two linear layers.
  public var layers: Int
  /// Heads of attention.
  public var heads: Int
  /// Features between the two linear layers.
  public var innerWidth: Int
  /// Places that have an embedding.
  public var positions: Int
  /// The token that stands for none, where places are numbered after its number; it has that place itself.
  public var paddingToken: Int?
  /// Kinds of text that have an embedding; all texts are of the first.
  public var tokenTypes: Int
  /// What norms add to the variance.
  public var normEpsilon: Float
  /// Tokens that are kept of a text, with those that mark its ends.
  public var maximumTokens: Int
  /// Whether embeddings have the length 1.
  public var normalizes: Bool

  /// Collects the numbers.
  ///
  /// - Parameters:
  ///   - vocabulary: Tokens that have an embedding.
  ///   - width: Features of a token, a multiple of `heads`.
  ///   - layers: Blocks, 1 to 4096.
  ///   - heads: Heads of attention.
  ///   - innerWidth: Features between the two linear layers.
  ///   - positions: Places that have an embedding.
  ///   - tokenTypes: Kinds of text that have an embedding.
  ///   - normEpsilon: What norms add to the variance.
  ///   - maximumTokens: Tokens that are kept of a text, with those that mark its ends: 2 to `positions`.
  ///   - normalizes: Whether embeddings have the length 1.
  /// - Throws: ``BertError``: a number that no model can have.
  public init(
    vocabulary: Int, width: Int, layers: Int, heads: Int, innerWidth: Int, positions: Int,
    tokenTypes: Int, normEpsilon: Float = 1e-12, maximumTokens: Int, normalizes: Bool = true
  ) throws(BertError) {
    for (field, value) in [
      ("vocabulary", vocabulary), ("width", width), ("number of layers", layers),
      ("number of heads", heads), ("inner width", innerWidth), ("number of positions", positions),
      ("number of token types", tokenTypes),
    ] where value < 1 {
      throw .invalid(field: field, value: value)
    }
    // The two tokens that mark a text's ends must fit.
    guard (2...max(positions, 2)).contains(maximumTokens) else {
      throw .invalid(field: "longest text", value: maximumTokens)
    }
    guard width.isMultiple(of: heads) else { throw .unevenHeads(heads: heads, width: width) }
    // A number of layers that is none must not become the size of anything.
    guard DecoderConfiguration.layers.contains(layers) else {
      throw .invalid(field: "number of layers", value: layers)
    }
    self.vocabulary = vocabulary
    self.width = width
    self.layers = layers
    self.heads = heads
    self.innerWidth = innerWidth
    self.positions = positions
    self.tokenTypes = tokenTypes
    self.normEpsilon = normEpsilon
    self.maximumTokens = maximumTokens
    self.normalizes = normalizes
  }

  /// Reads `config.json`, `modules.json` and what that names, of a folder as sentence-transformers
  /// writes it.
  ///
  /// `folder` is its path.
  ///
  /// - Throws: ``BertError``: a file or a field that is missing, or a model of another kind.
  public init(folder: String) throws(BertError) {
    let folder = ModelFolder(path: folder)
    let model = try folder.document("config.json", saying: "what the model is")
    let architecture = try EncoderArchitecture.of(model)
    for (field, expected) in [
      (architecture.name(of: .activation), "gelu"), ("position_embedding_type", "absolute"),
    ] {
      guard let found = try model.word(field), found != expected else { continue }
      throw .unsupported(file: model.file, what: "the \(field) '\(found)'")
    }
    let positions = try model.count("max_position_embeddings")
    let padding =
      architecture.placesFollowPadding ? try model.count("pad_token_id", absent: 1) : nil
    // Places before the first one are nobody's.
    let places = positions - (padding.map { max($0, 0) + 1 } ?? 0)
    // The tokenizer's own count where the other is missing; far more than any model's stands for none.
    var longest = try folder.sentenceSettings()?.optionalCount("max_seq_length")
    if longest == nil {
      longest = try folder.optionalDocument("tokenizer_config.json")?
        .optionalCount("model_max_length")
    }
    func count(_ setting: EncoderArchitecture.Setting) throws(BertError) -> Int {
      try model.count(architecture.name(of: setting))
    }
    func epsilon() throws(BertError) -> Float {
      if let epsilon = architecture.normEpsilon { return epsilon }
      return try model.number("layer_norm_eps")
    }
    try self.init(
      vocabulary: model.count("vocab_size"), width: count(.width), layers: count(.layers),
      heads: count(.heads), innerWidth: count(.innerWidth), positions: positions,
      tokenTypes: architecture.hasTokenTypes ? model.count("type_vocab_size") : 1,
      normEpsilon: epsilon(), maximumTokens: min(longest ?? places, places),
      normalizes: Self.normalizes(folder))
    guard padding.map({ (0..<vocabulary).contains($0) }) ?? true else {
      throw .invalid(field: "pad_token_id", value: padding ?? 0)
    }
    self.architecture = architecture
    paddingToken = padding
  }

  /// The same as one set of layers takes it.
  public var encoder: DecoderConfiguration {
    let block = DecoderConfiguration.BlockAttention()
    var made = DecoderConfiguration(
      vocabulary: vocabulary, width: width, heads: heads, keyValueHeads: heads,
      headSize: width / heads, feedForward: innerWidth, context: places,
      blocks: Array(repeating: block, count: layers))
    (made.norm, made.normEpsilon, made.activation) = (.layer, normEpsilon, .gelu)
    (made.learnsPositions, made.isTied) = (true, true)
    made.biases = [.query, .key, .value, .output, .up, .down]
    made.encoder = EncoderRule(paddingToken: paddingToken)
    return made
  }

  /// The most tokens that have places.
  var places: Int { positions - (paddingToken.map { $0 + 1 } ?? 0) }

  /// Whether the modules after the encoder, mean pooling and perhaps a norm, end with the norm.
  private static func normalizes(_ folder: ModelFolder) throws(BertError) -> Bool {
    // Without it, the mean is taken and nothing follows.
    guard let modules = try folder.optionalDocument("modules.json") else { return false }
    let elements = try modules.elements()
    let kinds = try elements.map { module throws(BertError) in
      try module.word("type")?.split(separator: ".").last.map(String.init) ?? ""
    }
    guard kinds == ["Transformer", "Pooling"] || kinds == ["Transformer", "Pooling", "Normalize"]
    else {
      throw .unsupported(
        file: modules.file,
        what: kinds.isEmpty ? "no modules" : "the modules \(kinds.joined(separator: ", "))")
    }
    let pooling = try folder.document(
      "\(elements[1].text("path") ?? "")/config.json", saying: "how tokens are pooled")
    var modes = try pooling.trueNames().filter { $0.begins(with: "pooling_mode_") }
    if let mode = try pooling.word("pooling_mode") { modes.append("pooling_mode_\(mode)_tokens") }
    guard Set(modes) == ["pooling_mode_mean_tokens"] else {
      throw .unsupported(file: pooling.file, what: modes.joined(separator: " and "))
    }
    return kinds.last == "Normalize"
  }
}

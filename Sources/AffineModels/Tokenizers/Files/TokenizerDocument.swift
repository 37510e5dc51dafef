internal import AffineFormats

/// The tokenizer of a GGUF file as a `tokenizer.json`, which the library `tokenizers` reads.
struct TokenizerDocument {
  private let metadata: GGUFMetadata
  private let tokenizer: any PairTokenizer
  private let vocabulary: [String]

  /// - Throws: ``AffineFormats/GGUFError``: no vocabulary.
  init(_ metadata: GGUFMetadata, _ tokenizer: any LanguageTokenizer) throws {
    guard let tokenizer = tokenizer as? any PairTokenizer else {
      preconditionFailure("a GGUF file with a tokenizer of another kind")
    }
    self.metadata = metadata
    self.tokenizer = tokenizer
    vocabulary = try metadata.strings("tokenizer.ggml.tokens")
  }

  /// The document.
  ///
  /// - Throws: ``ModelFileError/unsupported(file:what:)``: words that are cut by no expression of such files.
  var json: JSONValue {
    get throws {
      let words: WordCutting.Document
      let merges: [JSONValue]
      let isOfBytes = tokenizer is BytePairTokenizer
      if isOfBytes {
        let name = try metadata.ifPresent("tokenizer.ggml.pre") { try $0.string($1) }
        words = try WordCutting.document(name ?? "default")
        merges = try metadata.strings("tokenizer.ggml.merges").map { .string($0) }
      } else {
        words = SpaceRule.document(
          addsSpace: try metadata.ifPresent("tokenizer.ggml.add_space_prefix") { try $0.bool($1) }
            ?? true)
        merges = try pairs()
      }
      let unknown = try metadata.ifPresent("tokenizer.ggml.unknown_token_id") { try $0.int($1) }
      return .object([
        (name: "version", value: .string("1.0")), (name: "truncation", value: .null),
        (name: "padding", value: .null), (name: "added_tokens", value: .array(added)),
        (name: "normalizer", value: words.normalizer),
        (name: "pre_tokenizer", value: words.preTokenizer),
        (name: "post_processor", value: processor), (name: "decoder", value: words.decoder),
        (
          name: "model",
          value: .object([
            (name: "type", value: .string("BPE")), (name: "dropout", value: .null),
            (
              name: "unk_token",
              value: isOfBytes ? .null : unknown.map { .string(vocabulary[$0]) } ?? .null
            ),
            (name: "fuse_unk", value: .boolean(!isOfBytes)),
            (name: "byte_fallback", value: .boolean(!isOfBytes)),
            (name: "ignore_merges", value: .boolean(words.keepsWholeTokens)),
            (name: "vocab", value: .object(numbered)), (name: "merges", value: .array(merges)),
          ])
        ),
      ])
    }
  }

  /// Tokens that are found in texts before anything else.
  private var added: [JSONValue] {
    vocabulary.indices.compactMap { token in
      let kind = tokenizer.kinds[token]
      guard kind == .control || kind == .userDefined || kind == .unknown else { return nil }
      var members: [(name: String, value: JSONValue)] = [
        (name: "id", value: .integer(token)), (name: "content", value: .string(vocabulary[token])),
      ]
      for flag in ["single_word", "lstrip", "rstrip", "normalized"] {
        members.append((name: flag, value: .boolean(false)))
      }
      members.append((name: "special", value: .boolean(kind != .userDefined)))
      return .object(members)
    }
  }

  private var numbered: [(name: String, value: JSONValue)] {
    vocabulary.enumerated().map { (name: $1, value: .integer($0)) }
  }

  /// The pairs of tokens that make another, those of the best score first: a file of pieces has no more.
  private func pairs() throws -> [JSONValue] {
    let scores = try metadata.floats("tokenizer.ggml.scores")
    var numbers: [ByteName: Int] = [:]
    for (token, name) in vocabulary.enumerated() where tokenizer.kinds[token] == .normal {
      numbers[ByteName(name)] = token
    }
    var found: [(left: Int, right: Int, token: Int)] = []
    for (token, name) in vocabulary.enumerated() where tokenizer.kinds[token] == .normal {
      let scalars = name.unicodeScalars
      for place in scalars.indices.dropFirst() {
        if let left = numbers[ByteName(String(scalars[..<place]))],
          let right = numbers[ByteName(String(scalars[place...]))]
        {
          found.append((left, right, token))
        }
      }
    }
    found.sort {
      scores[$0.token] != scores[$1.token]
        ? scores[$0.token] > scores[$1.token]
        : ($0.token, $0.left, $0.right) < ($1.token, $1.left, $1.right)
    }
    return found.map { .array([.string(vocabulary[$0.left]), .string(vocabulary[$0.right])]) }
  }

  /// The token before every text, if there is one.
  private var processor: JSONValue {
    guard tokenizer.addsBos, let token = tokenizer.bosToken else { return .null }
    let name = vocabulary[token]
    func special(_ type: Int) -> JSONValue {
      .object([
        (
          name: "SpecialToken",
          value: .object([
            (name: "id", value: .string(name)), (name: "type_id", value: .integer(type)),
          ])
        )
      ])
    }
    func sequence(_ id: String, _ type: Int) -> JSONValue {
      .object([
        (
          name: "Sequence",
          value: .object([
            (name: "id", value: .string(id)), (name: "type_id", value: .integer(type)),
          ])
        )
      ])
    }
    let entry = JSONValue.object([
      (name: "id", value: .string(name)), (name: "ids", value: .array([.integer(token)])),
      (name: "tokens", value: .array([.string(name)])),
    ])
    return .object([
      (name: "type", value: .string("TemplateProcessing")),
      (name: "single", value: .array([special(0), sequence("A", 0)])),
      (name: "pair", value: .array([special(0), sequence("A", 0), special(1), sequence("B", 1)])),
      (name: "special_tokens", value: .object([(name: name, value: entry)])),
    ])
  }
}

/// A tokenizer that merges pairs: those of GGUF files.
private protocol PairTokenizer: LanguageTokenizer {
  /// Whether ``bosToken`` goes before every text.
  var addsBos: Bool { get }
  /// What each token is.
  var kinds: [TokenKind] { get }
}

extension BytePairTokenizer: PairTokenizer {}
extension PieceTokenizer: PairTokenizer {}

internal import AffineFormats

/// A `tokenizer.json`, as the library `tokenizers` writes it.
///
/// What tokens end texts, the files beside it say; where texts are cut off or filled up is the caller's choice, as
/// in the library `transformers`.
struct TokenizerFile {
  let settings: ModelSettings
  let model: ModelSettings
  let tokens: FileTokens
  let frame: TokenFrame
  let ends: [Int]

  init(_ settings: ModelSettings, ends: [Int]) throws {
    self.settings = settings
    self.ends = ends
    guard let model = try settings.part("model") else {
      throw ModelFileError.malformed(file: settings.file, reason: "there is no 'model'")
    }
    self.model = model
    tokens = try FileTokens(settings, model)
    frame = try TokenFrame(settings.part("post_processor"), count: tokens.names.count)
    for name in ["dropout", "end_of_word_suffix"] {
      guard let value = model.value(name), value.text != "" else { continue }
      throw ModelFileError.unsupported(file: settings.file, what: "'\(name)' of tokens")
    }
  }

  func tokenizer() throws -> any LanguageTokenizer {
    let inner: any LanguageTokenizer
    switch try model.word("type") ?? (model.has("merges") ? "BPE" : "Unigram") {
    case "BPE":
      guard try (model.text("continuing_subword_prefix") ?? "").isEmpty else {
        throw ModelFileError.unsupported(
          file: settings.file, what: "'continuing_subword_prefix' of tokens")
      }
      let words = try WordCutting(settings)
      try requireUsualDecoder(areBytes: words != nil)
      inner = if let words { try bytePairs(words) } else { try pieces() }
    case "Unigram":
      try requireUsualDecoder(areBytes: false)
      inner = try unigram()
    case "WordPiece": return try wordPieces()
    case let type:
      throw ModelFileError.unsupported(
        file: settings.file, what: "tokens by '\(type)', not BPE, Unigram or WordPiece")
    }
    return frame.isEmpty || frame.beginning != nil
      ? inner : FramedTokenizer(inner: inner, frame: frame)
  }

  /// Added tokens that have a name for ending texts; others of such a name are pieces of texts, as `</s>` in Qwen's
  /// vocabulary.
  private var addedEnds: [Int] {
    BytePairTokenizer.namedEnds(tokens.names).filter {
      tokens.kinds[$0] != TokenKind.normal.rawValue
    }
  }

  /// Of the bytes of words.
  private func bytePairs(_ words: WordCutting) throws -> BytePairTokenizer {
    let ignoresMerges = try model.flag("ignore_merges") ?? false
    var tokenizer = try BytePairTokenizer(
      vocabulary: tokens.names, merges: try merges().map { "\($0) \($1)" }, kinds: tokens.kinds,
      preTokenizer: try words.name(keepingWholeTokens: ignoresMerges), bosToken: frame.beginning,
      eosToken: ends.first, addsBos: frame.beginning != nil, ends: ends + addedEnds,
      endsByName: false)
    tokenizer.composes = words.composes
    tokenizer.specials = BytePairTokenizer.specials(
      tokens.names, tokenizer.kinds, rules: tokens.rules)
    return tokenizer
  }

  /// Of the characters of whole texts.
  private func pieces() throws -> PieceTokenizer {
    let prefix = try SpaceRule(settings).prefix
    guard try !(model.flag("ignore_merges") ?? false) else {
      throw ModelFileError.unsupported(file: settings.file, what: "'ignore_merges' without words")
    }
    let unknown = try model.text("unk_token")
    let merges = try merges()
    let file = settings.file
    var tokenizer = try pieces(
      prefix: prefix,
      unknownToken: unknown.flatMap { name in tokens.names.firstIndex { $0.isSame(as: name) } }
    ) { table throws(TokenizerError) in
      var pairs = MergeTable(capacity: merges.count)
      for (rank, merge) in merges.enumerated() {
        let (left, right) = (Array(merge.0.utf8), Array(merge.1.utf8))
        guard let first = table.find(left, left.indices),
          let second = table.find(right, right.indices),
          let token = table.find(left + right, 0..<left.count + right.count)
        else { throw .merge(number: rank, text: "\(merge.0) \(merge.1) of \(file)") }
        pairs.insert(Int32(first), Int32(second), rank: rank, token: Int32(token))
      }
      return .merging(.pairs(pairs))
    }
    tokenizer.joinsUnknown = try model.flag("fuse_unk") ?? false
    return tokenizer
  }

  /// Pieces by any rule, with bytes for characters without one if the file says so.
  func pieces(
    prefix: PieceTokenizer.Prefix, unknownToken: Int?,
    rule: (ByteStringTable) throws(TokenizerError) -> PieceTokenizer.Rule
  ) throws -> PieceTokenizer {
    let hasBytes = try model.flag("byte_fallback") ?? false
    let kinds = zip(tokens.names, tokens.kinds).map { name, kind in
      hasBytes && kind == TokenKind.normal.rawValue && BytePairTokenizer.byte(name) != nil
        ? TokenKind.byte.rawValue : kind
    }
    var tokenizer = try PieceTokenizer(
      vocabulary: tokens.names, kinds: kinds, prefix: prefix, bosToken: frame.beginning,
      eosToken: ends.first, unknownToken: unknownToken, addsBos: frame.beginning != nil,
      ends: ends + addedEnds, endsByName: false, rule: rule)
    tokenizer.specials = BytePairTokenizer.specials(
      tokens.names, tokenizer.kinds, rules: tokens.rules)
    return tokenizer
  }

  private func merges() throws -> [(String, String)] {
    guard case .array(let elements) = model.value("merges") else {
      throw ModelFileError.malformed(file: settings.file, reason: "'merges' is no array")
    }
    guard elements.count < 1 << 24 else {
      throw TokenizerError.tooMany(of: "merges", found: elements.count, most: 1 << 24 - 1)
    }
    return try elements.enumerated().map { number, element in
      let parts: [String]
      switch element {
      case .string(let text):
        parts = text.unicodeScalars.split(separator: " ", maxSplits: 1).map { String($0) }
      case .array(let both): parts = both.compactMap(\.text)
      default: parts = []
      }
      guard parts.count == 2 else {
        throw TokenizerError.merge(number: number, text: element.serialized)
      }
      return (parts[0], parts[1])
    }
  }
}

internal import AffineFormats

/// A `tokenizer.json` of byte pairs, as the library `tokenizers` writes it.
///
/// Each setting is read or refused; what tokens begin and end texts, the files beside it say.
struct TokenizerFile {
  private let settings: ModelSettings
  private let vocabulary: [String]
  private let kinds: [Int]
  private let model: ModelSettings
  /// The token before every text.
  private let bosToken: Int?
  let ends: [Int]

  init(_ settings: ModelSettings, ends: [Int]) throws {
    self.settings = settings
    self.ends = ends
    guard let model = try settings.part("model") else {
      throw ModelFileError.malformed(file: settings.file, reason: "there is no 'model'")
    }
    self.model = model
    let type = try model.text("type") ?? "BPE"
    guard type == "BPE" else {
      throw ModelFileError.unsupported(
        file: settings.file, what: "tokens of a language model by '\(type)', not BPE")
    }
    (vocabulary, kinds) = try Self.tokens(settings, model)
    bosToken = try Self.beginning(settings.part("post_processor"), count: vocabulary.count)
    for name in ["dropout", "continuing_subword_prefix", "end_of_word_suffix"] {
      guard let value = model.value(name), value.text != "" else { continue }
      throw ModelFileError.unsupported(file: settings.file, what: "'\(name)' of tokens")
    }
  }

  func tokenizer() throws -> any LanguageTokenizer {
    if let words = try WordCutting(settings) {
      return try bytePairs(words)
    }
    return try pieces()
  }

  /// Of the bytes of words.
  private func bytePairs(_ words: WordCutting) throws -> BytePairTokenizer {
    let ignoresMerges = try model.flag("ignore_merges") ?? false
    return try BytePairTokenizer(
      vocabulary: vocabulary, merges: try merges().map { "\($0) \($1)" }, kinds: kinds,
      preTokenizer: try words.name(keepingWholeTokens: ignoresMerges), bosToken: bosToken,
      eosToken: ends.first, addsBos: bosToken != nil, ends: ends)
  }

  /// Of the characters of whole texts.
  private func pieces() throws -> PieceTokenizer {
    let prefix = try SpaceRule(settings).prefix
    guard try !(model.flag("ignore_merges") ?? false) else {
      throw ModelFileError.unsupported(file: settings.file, what: "'ignore_merges' without words")
    }
    let hasBytes = try model.flag("byte_fallback") ?? false
    let kinds = zip(vocabulary, kinds).map { name, kind in
      hasBytes && kind == TokenKind.normal.rawValue && BytePairTokenizer.byte(name) != nil
        ? TokenKind.byte.rawValue : kind
    }
    let unknown = try model.text("unk_token")
    let merges = try merges()
    let file = settings.file
    return try PieceTokenizer(
      vocabulary: vocabulary, kinds: kinds, prefix: prefix, bosToken: bosToken,
      eosToken: ends.first,
      unknownToken: unknown.flatMap { name in vocabulary.firstIndex { $0.isSame(as: name) } },
      addsBos: bosToken != nil, ends: ends
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
      return .pairs(pairs)
    }
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

  /// The names of all tokens by their numbers, and the kind of each.
  private static func tokens(
    _ settings: ModelSettings, _ model: ModelSettings
  ) throws -> ([String], [Int]) {
    func malformed(_ reason: String) -> ModelFileError {
      .malformed(file: settings.file, reason: reason)
    }
    guard let members = model.value("vocab")?.members else {
      throw malformed("'vocab' is no object")
    }
    guard case .array(let added) = settings.value("added_tokens") ?? .array([]) else {
      throw malformed("'added_tokens' is no array")
    }
    var names = [String?](repeating: nil, count: members.count + added.count)
    var kinds = [Int](repeating: TokenKind.unused.rawValue, count: names.count)
    for (name, value) in members {
      guard case .integer(let number) = value, names.indices.contains(number), names[number] == nil
      else { throw malformed("the token '\(name)' has the number \(value.serialized)") }
      (names[number], kinds[number]) = (name, TokenKind.normal.rawValue)
    }
    for value in added {
      let token = try ModelSettings(file: settings.file, value: value)
      let (name, number) = (try token.text("content") ?? "", try token.requiredInt("id"))
      guard names.indices.contains(number), names[number]?.isSame(as: name) ?? true else {
        throw malformed("the added token '\(name)' has the number \(number)")
      }
      for flag in ["lstrip", "rstrip", "single_word"] where try token.flag(flag) ?? false {
        throw ModelFileError.unsupported(
          file: settings.file, what: "the added token '\(name)' with '\(flag)'")
      }
      let isSpecial = try token.flag("special") ?? false
      (names[number], kinds[number]) = (
        name, (isSpecial ? TokenKind.control : TokenKind.userDefined).rawValue
      )
    }
    let count = (names.lastIndex { $0 != nil } ?? -1) + 1
    return (names[..<count].map { $0 ?? "" }, Array(kinds[..<count]))
  }

  /// The token that is put before a text; nothing else may be put around one.
  private static func beginning(_ processor: ModelSettings?, count: Int) throws -> Int? {
    guard let processor else { return nil }
    let type = try processor.text("type") ?? ""
    switch type {
    case "ByteLevel": return nil
    case "Sequence":
      guard case .array(let all) = processor.value("processors") else { return nil }
      let found = try all.compactMap {
        try beginning(ModelSettings(file: processor.file, value: $0), count: count)
      }
      guard found.count <= 1 else { break }
      return found.first
    case "TemplateProcessing":
      guard case .array(let parts) = processor.value("single") else { break }
      let names = parts.compactMap { $0.members?.first?.name }
      if names == ["Sequence"] { return nil }
      guard names == ["SpecialToken", "Sequence"],
        let name = parts[0].member("SpecialToken")?.member("id")?.text,
        case .array(let ids) = processor.value("special_tokens")?.member(name)?.member("ids"),
        ids.count == 1, case .integer(let token) = ids[0]
      else { break }
      return token
    default: break
    }
    throw ModelFileError.unsupported(
      file: processor.file, what: "the post-processor '\(type)' with other tokens than one before")
  }
}

internal import AffineFormats

extension TokenizerFile {
  /// Bytes of pieces that may be looked at for a byte of a text: as many as one piece may have. By SentencePiece's own
  /// map and settings a text grows to 17 times its bytes, and pieces have 16 characters.
  private static let mostSteps = UnigramModel.longestPiece

  /// Pieces by their scores.
  func unigram() throws -> PieceTokenizer {
    let (names, scores) = (tokens.names, tokens.scores)
    guard let unknown = try model.int("unk_id"), scores.indices.contains(unknown) else {
      throw ModelFileError.malformed(
        file: settings.file, reason: "'unk_id' is not the number of a piece")
    }
    let words = try PieceWords(settings)
    let unigrams = try UnigramModel(
      Array(names[..<scores.count]), scores: scores, unknownToken: unknown)
    let normalizer = try TextNormalizer(settings)
    let steps = Int((Double(unigrams.longest) * normalizer.growth).rounded(.up))
    guard steps <= Self.mostSteps else {
      throw TokenizerError.tooMany(
        of: "bytes of pieces that begin at one of a text", found: steps, most: Self.mostSteps)
    }
    var tokenizer = try pieces(prefix: words.prefix, unknownToken: unknown) { _ in
      .unigram(unigrams)
    }
    tokenizer.normalizer = normalizer
    (tokenizer.cutsAtSpaces, tokenizer.cutsBeforeMarks) = (
      words.cutsAtSpaces, words.cutsBeforeMarks
    )
    return tokenizer
  }
}

/// How a `tokenizer.json` cuts texts into words and marks their spaces.
private struct PieceWords {
  var prefix = PieceTokenizer.Prefix.none
  var (cutsAtSpaces, cutsBeforeMarks) = (false, false)

  /// - Throws: ``ModelFileError``: a way that is not known here.
  init(_ settings: ModelSettings) throws {
    var isMarked = false
    for step in try settings.steps("pre_tokenizer", "pretokenizers") {
      switch try step.word("type") {
      case "WhitespaceSplit" where !isMarked: cutsAtSpaces = true
      case "Metaspace"
      where try !isMarked && (step.text("replacement") ?? "\u{2581}").isSame(as: "\u{2581}"):
        isMarked = true
        cutsBeforeMarks = try step.flag("split") ?? true
        let adds = try step.flag("add_prefix_space") ?? true
        switch try step.word("prepend_scheme") ?? (adds ? "always" : "never") {
        case "always": prefix = .metaspace
        case "never": prefix = .none
        case "first" where !cutsAtSpaces: prefix = .metaspaceFirst
        case let other:
          throw ModelFileError.unsupported(file: settings.file, what: "the prefix '\(other)'")
        }
      case let other:
        throw ModelFileError.unsupported(
          file: settings.file, what: "texts cut into words by '\(other ?? "")'")
      }
    }
    guard isMarked else {
      throw ModelFileError.unsupported(file: settings.file, what: "spaces that stay spaces")
    }
  }
}

extension TextNormalizer {
  /// Reads the normalizer of a `tokenizer.json`.
  ///
  /// - Throws: ``ModelFileError``: one that is not known here.
  fileprivate init(_ settings: ModelSettings) throws {
    let steps: [Step] = try settings.steps("normalizer", "normalizers").map { step in
      let content = Array((try step.text("content") ?? "").utf8)
      let pattern = step.value("pattern")
      switch try step.word("type") {
      case "NFC": return .compose
      case "Precompiled":
        let text = try step.text("precompiled_charsmap") ?? ""
        guard let map = CharacterMap(base64: text) else {
          throw ModelFileError.malformed(
            file: step.file, reason: "'precompiled_charsmap' is no map of characters")
        }
        return .map(map)
      case "Strip":
        return .strip(
          left: try step.flag("strip_left") ?? true, right: try step.flag("strip_right") ?? true)
      case "Prepend": return .prepend(Array((try step.text("prepend") ?? "").utf8))
      case "Replace":
        if let old = pattern?.member("String")?.text {
          return .replace(Array(old.utf8), with: content)
        }
        if pattern?.member("Regex") == .string(" {2,}") { return .joinSpaces(content) }
        throw ModelFileError.unsupported(
          file: step.file, what: "the replacement of \(pattern?.serialized ?? "nothing")")
      case let other:
        throw ModelFileError.unsupported(file: step.file, what: "the normalizer '\(other ?? "")'")
      }
    }
    try self.init(steps)
  }
}

extension ModelSettings {
  /// The steps of a part, which is one or a sequence.
  func steps(_ name: String, _ list: String) throws -> [ModelSettings] {
    guard let part = try part(name) else { return [] }
    guard try part.word("type") == "Sequence", case .array(let all) = part.value(list) else {
      return [part]
    }
    return try all.map { try ModelSettings(file: file, value: $0) }
  }
}

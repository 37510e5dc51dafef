internal import AffineFormats

/// How a `tokenizer.json` cuts texts into words before their bytes are merged.
struct WordCutting {
  private enum Words { case gpt2, digits, expression(longestNumber: Int) }

  private let file: String
  private let words: Words
  /// Whether texts are brought into normalization form C first.
  let composes: Bool

  /// The expressions of known models, by the most digits of a word.
  static let expressions: [(text: String, longestNumber: Int)] = [3, 1].map { count in
    let number = count == 1 ? #"\p{N}"# : #"\p{N}{1,3}"#
    return (
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#, count
    )
  }

  /// Reads the parts of a file; `nil` where nothing is cut into bytes.
  ///
  /// - Throws: ``ModelFileError``: a way that is not known here.
  init?(_ settings: ModelSettings) throws {
    file = settings.file
    guard let part = try settings.part("pre_tokenizer") else { return nil }
    let steps: [ModelSettings] =
      if case .array(let all) = part.value("pretokenizers") {
        try all.map { try ModelSettings(file: settings.file, value: $0) }
      } else { [part] }
    guard let last = steps.last, try last.word("type") == "ByteLevel" else { return nil }
    guard try !(last.flag("add_prefix_space") ?? true) else {
      throw ModelFileError.unsupported(file: file, what: "a space before texts of bytes")
    }
    let cuts = try last.flag("use_regex") ?? true
    switch steps.count {
    case 1 where cuts: words = .gpt2
    case 2 where cuts:
      guard try steps[0].word("type") == "Digits", try steps[0].flag("individual_digits") ?? false
      else { throw try Self.unknown(steps[0]) }
      words = .digits
    case 2:
      guard try steps[0].word("type") == "Split", try steps[0].word("behavior") == "Isolated",
        try !(steps[0].flag("invert") ?? false),
        let expression = steps[0].value("pattern")?.member("Regex")?.text,
        let known = Self.expressions.first(where: { expression.isSame(as: $0.text) })
      else { throw try Self.unknown(steps[0]) }
      words = .expression(longestNumber: known.longestNumber)
    default: throw try Self.unknown(steps[0])
    }
    let normalizer = try settings.part("normalizer")?.word("type")
    guard normalizer == nil || normalizer == "NFC" else {
      throw ModelFileError.unsupported(file: file, what: "the normalizer '\(normalizer ?? "")'")
    }
    composes = normalizer == "NFC"
  }

  private static func unknown(_ step: ModelSettings) throws -> ModelFileError {
    .unsupported(
      file: step.file,
      what: "texts cut into words by '\(try step.text("type") ?? "")' "
        + (step.value("pattern")?.serialized ?? ""))
  }

  /// The name that the same has in GGUF files.
  func name(keepingWholeTokens keeps: Bool) throws -> String {
    switch (words, keeps) {
    case (.gpt2, false): return "gpt-2"
    case (.digits, false): return "smollm"
    case (.expression(3), false): return "smaug-bpe"
    case (.expression(3), true): return "llama-bpe"
    case (.expression, false): return "qwen2"
    default: throw ModelFileError.unsupported(file: file, what: "'ignore_merges' with such words")
    }
  }
}

/// What a `tokenizer.json` makes of spaces where texts are merged whole.
struct SpaceRule {
  let prefix: PieceTokenizer.Prefix

  /// Texts of files are compared byte by byte: to compare characters can take a time that grows with the square of
  /// their length.
  private static func isMark(_ text: String?) -> Bool { text?.isSame(as: "\u{2581}") ?? false }

  private static func isOfSpaces(_ step: ModelSettings) -> Bool {
    step.value("pattern")?.member("String") == .string(" ")
  }

  /// - Throws: ``ModelFileError``: a way that is not known here.
  init(_ settings: ModelSettings) throws {
    var (replaces, prepends) = (false, false)
    for step in try settings.steps("normalizer", "normalizers") {
      switch try step.word("type") {
      case "Prepend" where try Self.isMark(step.text("prepend")) && !replaces: prepends = true
      case "Replace" where try Self.isOfSpaces(step) && Self.isMark(step.text("content")):
        replaces = true
      case let other:
        throw ModelFileError.unsupported(
          file: settings.file, what: "the normalizer '\(other ?? "")'")
      }
    }
    var scheme: String?
    for step in try settings.steps("pre_tokenizer", "pretokenizers") {
      switch try step.word("type") {
      // After all spaces were replaced there is none to cut at.
      case "Split" where replaces && Self.isOfSpaces(step): break
      case "Metaspace"
      where try Self.isMark(step.text("replacement")) && !(step.flag("split") ?? true)
        && !replaces && scheme == nil:
        scheme = try step.word("prepend_scheme") ?? "always"
      case let other:
        throw ModelFileError.unsupported(
          file: settings.file, what: "texts cut into words by '\(other ?? "")'")
      }
    }
    switch (replaces, prepends, scheme) {
    case (true, false, nil), (false, false, "never"): prefix = .none
    case (true, true, nil): prefix = .always
    case (false, false, "always"): prefix = .metaspace
    case (false, false, "first"): prefix = .metaspaceFirst
    default:
      throw ModelFileError.unsupported(file: settings.file, what: "spaces that stay spaces")
    }
  }
}

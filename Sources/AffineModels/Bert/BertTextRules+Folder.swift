internal import AffineFormats

extension BertTextRules {
  /// Reads what `tokenizer.json`, `tokenizer_config.json` and `sentence_bert_config.json` say.
  ///
  /// - Throws: ``ModelFileError``: files that contradict each other, or another normalizer or part of one.
  init(_ folder: ModelFolder) throws(ModelFileError) {
    self.init()
    let configuration = try folder.optionalDocument("tokenizer_config.json")
    let fast = try folder.optionalDocument("tokenizer.json")
    let normalizer = try fast?.part("normalizer")
    if let fast { self = try BertTextRules(normalizer: fast) }
    func agreed(_ name: String, _ other: String) throws(ModelFileError) -> Bool? {
      let (first, second) = (try configuration?.flag(name), try normalizer?.flag(other))
      if let configuration, let first, let second, first != second {
        throw .unsupported(
          file: configuration.file, what: "a '\(name)' other than that of tokenizer.json")
      }
      return first ?? second
    }
    lowercases = try agreed("do_lower_case", "lowercase") ?? true
    stripsAccents = try agreed("strip_accents", "strip_accents") ?? lowercases
    partsChinese = try agreed("tokenize_chinese_chars", "handle_chinese_chars") ?? true
    // It makes letters small before the tokenizer sees them, and leaves accents.
    if try folder.sentenceSettings()?.flag("do_lower_case") ?? false {
      lowercases = true
    }
  }

  /// Reads what a `tokenizer.json` alone says.
  ///
  /// - Throws: ``ModelFileError``: another normalizer or part of one.
  init(normalizer document: ModelSettings) throws(ModelFileError) {
    self.init()
    let normalizer = try document.part("normalizer")
    let type = try normalizer?.word("type") ?? "none"
    guard type == "BertNormalizer" else {
      throw .unsupported(file: document.file, what: "the normalizer '\(type)'")
    }
    if try normalizer?.flag("clean_text") == false {
      throw .unsupported(file: document.file, what: "control characters that stay")
    }
    lowercases = try normalizer?.flag("lowercase") ?? true
    stripsAccents = try normalizer?.flag("strip_accents") ?? lowercases
    partsChinese = try normalizer?.flag("handle_chinese_chars") ?? true
  }
}

internal import AffineFormats

extension TokenizerFile {
  /// Words, and what they go on with.
  func wordPieces() throws -> WordPieceTokenizer {
    let tokenizer = try WordPieceTokenizer(
      vocabulary: try settings.wordPieces(), maximumCount: .max,
      rules: try BertTextRules(normalizer: settings))
    guard frame.before == [tokenizer.beginningToken], frame.after == [tokenizer.separatorToken]
    else {
      throw ModelFileError.unsupported(
        file: settings.file, what: "other tokens around a text than [CLS] and [SEP]")
    }
    guard tokens.rules.isEmpty else {
      throw ModelFileError.unsupported(
        file: settings.file, what: "added tokens with spaces around them")
    }
    return tokenizer
  }
}

extension WordPieceTokenizer: LanguageTokenizer {
  public var bosToken: Int? { beginningToken }
  public var eosToken: Int? { separatorToken }
  public var ends: Set<Int> { [separatorToken] }
}

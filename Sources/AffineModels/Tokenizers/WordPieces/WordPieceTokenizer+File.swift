internal import AffineQuant
internal import AffineFormats
internal import AffineQuant

extension WordPieceTokenizer {
  /// Reads a vocabulary of one token a line, as `vocab.txt` of published models.
  ///
  /// - Parameters:
  ///   - path: A text in UTF-8.
  ///   - maximumCount: Tokens that are kept of a text, with those that mark its ends.
  ///   - rules: How texts are cleaned and split.
  /// - Throws: ``TokenizerError``.
  public init(
    vocabularyPath path: String, maximumCount: Int = 512, rules: BertTextRules = BertTextRules()
  ) throws(TokenizerError) {
    let bytes: [UInt8]
    do { bytes = try MappedFile(path: path).bytes.array } catch { throw .file(error) }
    var lines: [String] = []
    // By bytes: a line of Swift's would also end at U+2028, which can be a token.
    for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      let name = line.last == 0x0d ? line.dropLast() : line
      guard let name = String(validating: name, as: UTF8.self) else { throw .notUTF8 }
      lines.append(name)
    }
    if lines.last == "" { lines.removeLast() }
    try self.init(vocabulary: lines, maximumCount: maximumCount, rules: rules)
  }
}

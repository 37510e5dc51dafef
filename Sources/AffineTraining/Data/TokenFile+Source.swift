extension TokenFile {
  /// Maps a file that must have been made of something.
  ///
  /// - Throws: ``CorpusError/staleTokens(path:what:expected:found:)`` for one that was made of anything else,
  ///   and ``CorpusError/tokens(_:)``.
  public init(path: String, of expected: Source) throws(CorpusError) {
    try self.init(path: path)
    let parts = zip(expected.parts, source.parts)
    guard let (mine, found) = parts.first(where: { $0.value != $1.value }) else { return }
    throw .staleTokens(path: path, what: mine.name, expected: mine.value, found: found.value)
  }
}

extension TokenFile.Source {
  fileprivate var parts: [(name: String, value: String)] {
    [
      ("text", String(text, radix: 16)), ("tokenizer", String(tokenizer, radix: 16)),
      ("vocabulary", "\(vocabulary)"), ("beginning of windows", "\(prefix)"),
      ("form", isDocuments ? "documents" : "one text"),
    ]
  }
}

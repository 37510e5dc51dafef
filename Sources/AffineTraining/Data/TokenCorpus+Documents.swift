extension TokenCorpus {
  /// What windows made of the documents of both parts.
  public struct Documents: Sendable, Hashable, Codable {
    /// How many there are, with those that nothing is taught of.
    public let count: Int
    /// Of them those that are longer than a window, and several sequences now.
    public let cut: Int
    /// Tokens that a model is taught while it reads every window once.
    public let taughtTokens: Int
    /// The part of the windows' tokens that are documents' and no filling.
    public let filledPart: Double

    init(_ windows: [[Piece]], _ file: TokenFile, _ sequence: Int) {
      count = file.documentCount
      // The last token is read by nobody.
      cut = (0..<file.documentCount).count { file.document($0).count - 1 > sequence }
      var (taught, filled) = (0, 0)
      for piece in windows.joined() {
        taught += piece.targets.count(where: file.isTaught)
        filled += piece.count + (piece.isPrefixed ? file.source.prefix.count : 0)
      }
      taughtTokens = taught
      filledPart = Double(filled) / Double(max(windows.count * sequence, 1))
    }
  }
}

/// Cuts a text into the pieces whose scores have the largest sum (Kudo, arXiv 1804.10959), as the library
/// `tokenizers` does it.
struct UnigramModel: Sendable {
  private let finder: NameFinder
  /// Of each name of the finder, its token and score.
  private let tokens: [(token: Int32, score: Double)]
  private let unknownToken: Int
  private let unknownScore: Double
  /// The bytes of the longest piece.
  let longest: Int

  /// How much worse than the worst piece a character is that has none.
  private static let unknownPenalty = 10.0
  /// Bytes of a piece, so that no file makes a text take much longer than its length.
  static let longestPiece = 1 << 10

  /// - Throws: ``TokenizerError``: no scores, or pieces that are too long.
  init(_ vocabulary: [String], scores: [Double], unknownToken: Int) throws(TokenizerError) {
    guard let worst = scores.min() else { throw .emptyVocabulary }
    // Of two tokens with one name, the last; the empty one is never found.
    var numbers: [[UInt8]: Int] = [:]
    for (token, name) in vocabulary.enumerated() where !name.isEmpty {
      let bytes = Array(name.utf8)
      guard bytes.count <= Self.longestPiece else {
        throw .tooMany(of: "bytes of a piece", found: bytes.count, most: Self.longestPiece)
      }
      numbers[bytes] = token
    }
    let names = numbers.sorted { $0.value < $1.value }
    finder = NameFinder(names.map(\.key))
    longest = finder.names.reduce(0) { max($0, $1.count) }
    tokens = names.map { (Int32($0.value), scores[$0.value]) }
    self.unknownToken = unknownToken
    unknownScore = worst - Self.unknownPenalty
  }

  /// Calls `body` with the token of each piece, or -1 for a run of characters that have none, and its
  /// bytes.
  ///
  /// - Complexity: O(text), times the bytes of the longest piece at most.
  func forEachPiece(of text: [UInt8], _ body: (_ token: Int, _ range: Range<Int>) -> Void) {
    // By where it ends, the best way to cut what comes before: its score, its last piece and where that begins.
    var best = [(score: Double, token: Int32, start: Int)](
      repeating: (0, -1, -1), count: text.count + 1)
    func offer(_ score: Double, _ token: Int32, _ range: Range<Int>) {
      guard best[range.upperBound].start < 0 || score > best[range.upperBound].score else { return }
      best[range.upperBound] = (score, token, range.lowerBound)
    }
    var start = 0
    while start < text.count {
      var character = start + 1
      while character < text.count, text[character] & 0xc0 == 0x80 { character += 1 }
      let score = best[start].score
      var isKnown = false
      finder.forEachBeginning(of: text, from: start) { name, end in
        let (token, own) = tokens[name]
        offer(own + score, token, start..<end)
        if end == character { isKnown = true }
      }
      if !isKnown { offer(unknownScore + score, -1, start..<character) }
      start = character
    }
    emit(best, body)
  }

  private func emit(
    _ best: [(score: Double, token: Int32, start: Int)],
    _ body: (_ token: Int, _ range: Range<Int>) -> Void
  ) {
    var pieces: [(token: Int, range: Range<Int>)] = []
    var end = best.count - 1
    while end > 0 {
      let (_, token, start) = best[end]
      let isUnknown = token == -1 || Int(token) == unknownToken
      // The name of the unknown token is a piece too, and one with its unknown neighbours.
      if isUnknown, let last = pieces.last, last.token == -1 || last.token == unknownToken {
        pieces[pieces.count - 1] = (-1, start..<last.range.upperBound)
      } else {
        pieces.append((Int(token), start..<end))
      }
      end = start
    }
    for piece in pieces.reversed() { body(piece.token, piece.range) }
  }
}

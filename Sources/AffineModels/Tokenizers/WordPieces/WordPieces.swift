/// The tokens that words are made of.
///
/// A class: what every word uses is passed by one reference.
final class WordPieces: Sendable {
  /// The tokens that begin a word.
  private let beginnings: ByteStringTable
  /// Those that go on, without `##`.
  private let continuations: ByteStringTable
  private let unknownToken: Int

  /// In characters; a longer word is unknown.
  private static let longestWord = 100

  init(beginnings: ByteStringTable, continuations: ByteStringTable, unknownToken: Int) {
    self.beginnings = beginnings
    self.continuations = continuations
    self.unknownToken = unknownToken
  }

  /// Appends the tokens of a word, each the longest that fits; or the unknown token.
  func append(_ word: [UInt8], _ characterCount: Int, to tokens: inout [Int]) {
    guard characterCount <= Self.longestWord else {
      tokens.append(unknownToken)
      return
    }
    let count = tokens.count
    var start = 0
    while start < word.count {
      let found =
        start == 0
        ? beginnings.longest(word, from: start) : continuations.longest(word, from: start)
      guard let (token, end) = found else {
        tokens.removeLast(tokens.count - count)
        tokens.append(unknownToken)
        return
      }
      tokens.append(token)
      start = end
    }
  }
}

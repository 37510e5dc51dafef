/// How an encoder differs from a decoder (Devlin et al., arXiv 1810.04805).
///
/// Each row sees its whole sequence, embedded tokens are normalized, and the norms of a block follow the sums after
/// attention and after the feed-forward layers, so that none is left for the end.
public struct EncoderRule: Sendable, Hashable, Codable {
  /// The token of padding, where the first place is the one after its number and it has that place itself (Liu et
  /// al., arXiv 1907.11692); none: places count from 0.
  public var paddingToken: Int?

  /// Takes how places are numbered.
  public init(paddingToken: Int? = nil) { self.paddingToken = paddingToken }

  /// Rows of the table of places before the first token's.
  package var placesBefore: Int { paddingToken.map { $0 + 1 } ?? 0 }
}

extension DecoderConfiguration {
  /// The rows of the table of places for whole sequences that follow each other.
  package func places(of tokens: [Int], lengths: [Int]) -> [Int] {
    guard let padding = encoder?.paddingToken else { return lengths.flatMap { 0..<$0 } }
    var (first, places): (Int, [Int]) = (0, [])
    for length in lengths {
      var last = padding
      for token in tokens[first..<first + length] {
        if token != padding { last += 1 }
        places.append(token == padding ? padding : last)
      }
      first += length
    }
    return places
  }
}

/// WordPiece as in BERT's models (Devlin et al., 2018), token for token as the library
/// `tokenizers` does it.
///
/// A word is the longest token that begins it, then the longest `##` token that goes on, to its end; a
/// word that cannot be made so, or is longer than 100 characters, is `[UNK]`.
public struct WordPieceTokenizer: Tokenizer {
  /// The names of the tokens.
  public let vocabulary: [String]
  /// The most tokens of a text, those around it included; what goes beyond is cut off.
  public let maximumCount: Int
  /// `[UNK]`, for a word without tokens.
  public let unknownToken: Int
  /// `[CLS]`, before every text.
  public let beginningToken: Int
  /// `[SEP]`, after every text.
  public let separatorToken: Int
  /// `[PAD]`, if there is one.
  public let paddingToken: Int?

  /// How texts are cut into words.
  public let rules: BertTextRules
  private let pieces: WordPieces
  private let specials: SpecialTokens
  private let specialTokens: Set<Int>

  static let specialNames = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  public var tokenCount: Int { vocabulary.count }

  /// Makes a tokenizer of a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: The tokens in the order of their numbers.
  ///   - maximumCount: The most tokens of a text.
  ///   - rules: How texts are cut into words.
  /// - Throws: ``TokenizerError``.
  public init(
    vocabulary: [String], maximumCount: Int = 512, rules: BertTextRules = BertTextRules()
  ) throws(TokenizerError) {
    self.rules = rules
    // Two of them stand around every text.
    guard maximumCount >= 2 else { throw .maximumCount(maximumCount, least: 2) }
    guard vocabulary.count < Int32.max else {
      throw .tooMany(of: "tokens", found: vocabulary.count, most: Int(Int32.max) - 1)
    }
    try ByteStrings.check(vocabulary)
    let beginnings = Self.table(vocabulary)
    let named = Self.specialNames.compactMap { name in
      let bytes = Array(name.utf8)
      return beginnings.find(bytes, bytes.indices).map {
        (name: bytes, token: $0, isAlwaysFound: false)
      }
    }
    unknownToken = try Self.token("[UNK]", beginnings)
    beginningToken = try Self.token("[CLS]", beginnings)
    separatorToken = try Self.token("[SEP]", beginnings)
    paddingToken = try? Self.token("[PAD]", beginnings)
    specials = SpecialTokens(named)
    specialTokens = Set(named.map(\.token))
    self.vocabulary = vocabulary
    self.maximumCount = maximumCount
    pieces = WordPieces(
      beginnings: beginnings, continuations: Self.continuations(vocabulary),
      unknownToken: unknownToken)
  }

  private static func table(_ vocabulary: [String]) -> ByteStringTable {
    ByteStringTable(ByteStrings(vocabulary.lazy.map(\.utf8)))
  }

  /// The tokens that go on with a word, without `##`.
  private static func continuations(_ vocabulary: [String]) -> ByteStringTable {
    ByteStringTable(
      ByteStrings(
        vocabulary.lazy.map { isContinuation($0) ? $0.utf8.dropFirst(2) : $0.utf8.prefix(0) }))
  }

  private static func token(_ name: String, _ table: ByteStringTable) throws(TokenizerError) -> Int
  {
    let bytes = Array(name.utf8)
    guard let token = table.find(bytes, bytes.indices) else { throw .missingToken(name) }
    return token
  }

  private static func isContinuation(_ name: String) -> Bool { name.utf8.starts(with: "##".utf8) }

  public func tokens(_ text: String, addSpecial: Bool, parseSpecial: Bool) -> [Int] {
    let most = addSpecial ? maximumCount - 2 : maximumCount
    var tokens: [Int] = addSpecial ? [beginningToken] : []
    let first = tokens.count
    let bytes = Array(text.utf8)
    // Named here, so that a word does not copy all that a tokenizer has.
    let pieces = pieces
    for fragment in specials.fragments(of: bytes, parseSpecial: parseSpecial)
    where tokens.count - first < most {
      if let token = fragment.token {
        tokens.append(token)
        continue
      }
      let part = String(decoding: bytes[fragment.range], as: UTF8.self)
      var words = BertWords(rules)
      words.forEachWord(of: part.unicodeScalars[...]) { word, characterCount in
        pieces.append(word, characterCount, to: &tokens)
        return tokens.count - first < most
      }
    }
    tokens.removeLast(max(0, tokens.count - first - most))
    return addSpecial ? tokens + [separatorToken] : tokens
  }

  /// Marks before which no space stands.
  private static let attached = [".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re"]

  public func bytes(of token: Int, isFirst: Bool, showSpecial: Bool) -> [UInt8] {
    guard vocabulary.indices.contains(token), showSpecial || !specialTokens.contains(token) else {
      return []
    }
    let name = vocabulary[token]
    if isFirst { return Array(name.utf8) }
    if Self.isContinuation(name) { return Array(name.utf8.dropFirst(2)) }
    let isAttached = Self.attached.contains { name.utf8.starts(with: $0.utf8) }
    return isAttached ? Array(name.utf8) : [0x20] + name.utf8
  }
}

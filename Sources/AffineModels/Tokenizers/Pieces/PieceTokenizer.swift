/// Pieces of characters as in SentencePiece (Kudo and Richardson, arXiv 1808.06226), by merging pairs or by
/// scores, with bytes for characters that have no token: the tokens of Llama 2, Mistral, Gemma and XLM-RoBERTa.
///
/// A space is written `▁`; the whole text between special tokens is cut at once, unless a file says that
/// it is cut into words first.
public struct PieceTokenizer: LanguageTokenizer {
  /// Before which parts of a text a space is put.
  enum Prefix: Sendable {
    /// None; the first, or each that follows a special token; each, unless it begins with one.
    case none, first, always, metaspace, metaspaceFirst
  }

  /// How a text is cut into pieces.
  enum Rule: Sendable {
    case merging(PieceMerger.Rule)
    case unigram(UnigramModel)
  }

  public let bosToken: Int?
  public let eosToken: Int?
  public let ends: Set<Int>
  /// Whether the first goes before every text.
  public let addsBos: Bool
  /// What each token is.
  public let kinds: [TokenKind]

  var specials: SpecialTokens
  /// The tokens by their names.
  let table: ByteStringTable
  let rule: Rule
  let prefix: Prefix
  /// What becomes of the text between special tokens first.
  var normalizer = TextNormalizer()
  /// Whether words end at spaces, which go, or before `▁`.
  var (cutsAtSpaces, cutsBeforeMarks) = (false, false)
  /// The token of each byte, or -1.
  let byteTokens: [Int32]
  let unknownToken: Int?
  /// Whether characters without a token that follow each other are one unknown token.
  var joinsUnknown = true

  public var tokenCount: Int { kinds.count }

  /// `▁`, which stands for a space.
  static let space: [UInt8] = [0xe2, 0x96, 0x81]

  /// - Throws: ``TokenizerError``.
  init(
    vocabulary: [String], kinds numbers: [Int], prefix: Prefix, bosToken: Int?, eosToken: Int?,
    unknownToken: Int?, addsBos: Bool, ends: [Int], endsByName: Bool = true,
    rule: (ByteStringTable) throws(TokenizerError) -> Rule
  ) throws(TokenizerError) {
    var kinds = try BytePairTokenizer.kinds(numbers, count: vocabulary.count)
    try ByteStrings.check(vocabulary)
    for (token, role) in [(bosToken, "beginning"), (eosToken, "end"), (unknownToken, "unknown")]
      + ends.map({ ($0, "end") })
    {
      if let token, !vocabulary.indices.contains(token) {
        throw .noSuchToken(token, role: role, count: vocabulary.count)
      }
    }
    if addsBos, bosToken == nil { throw .missingToken("for the beginning") }
    let named = endsByName ? BytePairTokenizer.namedEnds(vocabulary) : []
    for token in named { kinds[token] = .control }
    let table = ByteStringTable(ByteStrings(vocabulary.lazy.map(\.utf8)))
    self.table = table
    self.rule = try rule(table)
    self.prefix = prefix
    self.bosToken = bosToken
    self.eosToken = eosToken
    self.unknownToken = unknownToken
    self.addsBos = addsBos
    self.ends = Set(named + ends + [eosToken].compactMap(\.self))
    self.kinds = kinds
    specials = BytePairTokenizer.specials(vocabulary, kinds)
    var byteTokens = [Int32](repeating: -1, count: 256)
    for (token, name) in vocabulary.enumerated() where kinds[token] == .byte {
      if let byte = BytePairTokenizer.byte(name) { byteTokens[Int(byte)] = Int32(token) }
    }
    self.byteTokens = byteTokens
  }

  /// `▁` as spaces.
  private static func spaced(_ name: [UInt8]) -> [UInt8] {
    var (bytes, place): ([UInt8], Int) = ([], 0)
    while place < name.count {
      let isSpace = name.count - place >= 3 && Array(name[place..<place + 3]) == space
      bytes.append(isSpace ? 0x20 : name[place])
      place += isSpace ? 3 : 1
    }
    return bytes
  }

  public func bytes(of token: Int, isFirst: Bool, showSpecial: Bool) -> [UInt8] {
    guard kinds.indices.contains(token) else { return [] }
    let bytes = written(by: token)
    switch kinds[token] {
    case .unknown, .control: return showSpecial ? bytes : []
    case .undefined, .normal, .userDefined, .unused, .byte:
      // The space that was put before the text.
      let isPut: Bool = if case .none = prefix { false } else { isFirst && bytes.first == 0x20 }
      return isPut ? Array(bytes.dropFirst()) : bytes
    }
  }

  private func written(by token: Int) -> [UInt8] {
    let name = table.strings[token]
    switch kinds[token] {
    case .byte:
      return BytePairTokenizer.byte(String(decoding: name, as: UTF8.self)).map { [$0] } ?? []
    case .undefined, .unused: return []
    case .unknown, .control: return name
    case .normal, .userDefined: return Self.spaced(name)
    }
  }
}

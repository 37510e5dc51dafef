/// Byte-level byte pair encoding as in GPT-2, token for token as llama.cpp does it.
///
/// A text is cut into words, and the bytes of each word are merged pair by pair in the order in which
/// training found the pairs. Bytes without a token, which some vocabularies have, are left out.
public struct BytePairTokenizer: Tokenizer {
  /// The token that begins a sequence.
  public let bosToken: Int?
  /// The token that ends a sequence, or a turn.
  public let eosToken: Int?
  /// Whether the first goes before every text.
  public let addsBos: Bool
  /// The tokens that end a text or a turn of a conversation.
  public let ends: Set<Int>
  /// What each token is; those that end a text are control tokens, whatever the file says.
  public let kinds: [TokenKind]

  /// What each token adds to a text.
  let outputs: ByteStrings
  var specials: SpecialTokens
  /// Whether texts are brought into normalization form C first.
  var composes = false
  let preTokenizer: PreTokenizer
  /// The token of each byte, or -1.
  let byteTokens: [Int32]
  let merges: MergeTable
  /// The tokens by the bytes that they write.
  let tokensByBytes: ByteStringTable

  public var tokenCount: Int { kinds.count }

  /// Makes a tokenizer of the parts that a GGUF file has.
  ///
  /// - Parameters:
  ///   - vocabulary: The names of the tokens, bytes written as in GPT-2 (`tokenizer.ggml.tokens`).
  ///   - merges: Two names with a space between them, the earliest first (`tokenizer.ggml.merges`).
  ///   - kinds: One number a token, see ``TokenKind``; all are normal if there are none
  ///     (`tokenizer.ggml.token_type`).
  ///   - preTokenizer: How texts are cut into words (`tokenizer.ggml.pre`).
  ///   - bosToken: The token that begins a sequence.
  ///   - eosToken: The token that ends a sequence.
  ///   - addsBos: Whether the first goes before every text.
  ///   - ends: Tokens that end a turn or a message, beside `eosToken`.
  ///   - endsByName: Whether tokens with a name for it end texts too, whatever their kind.
  /// - Throws: ``TokenizerError``.
  public init(
    vocabulary: [String], merges: [String], kinds: [Int] = [], preTokenizer: String,
    bosToken: Int? = nil, eosToken: Int? = nil, addsBos: Bool = false, ends: [Int] = [],
    endsByName: Bool = true
  ) throws(TokenizerError) {
    self.preTokenizer = try PreTokenizer(preTokenizer)
    var kinds = try Self.kinds(kinds, count: vocabulary.count)
    try ByteStrings.check(vocabulary)
    for (token, role) in [(bosToken, "beginning"), (eosToken, "end")] + ends.map({ ($0, "end") }) {
      if let token, !vocabulary.indices.contains(token) {
        throw .noSuchToken(token, role: role, count: vocabulary.count)
      }
    }
    if addsBos, bosToken == nil { throw .missingToken("for the beginning") }
    self.bosToken = bosToken
    self.eosToken = eosToken
    self.addsBos = addsBos
    let named = endsByName ? Self.namedEnds(vocabulary) : []
    for token in named { kinds[token] = .control }
    self.kinds = kinds
    self.ends = Set(named + ends + [eosToken].compactMap(\.self))
    let table = Self.table(vocabulary)
    tokensByBytes = table
    self.merges = try Self.mergeTable(merges, table)
    byteTokens = (0...UInt8.max).map { byte in Int32(table.find([byte], 0..<1) ?? -1) }
    outputs = Self.outputs(vocabulary, kinds)
    specials = Self.specials(vocabulary, kinds)
  }
}

extension BytePairTokenizer {
  /// Ranks and tokens lie in 24 bits, beside 40 of a position.
  private static let mostTokens = 1 << 24 - 1

  static func kinds(_ numbers: [Int], count: Int) throws(TokenizerError) -> [TokenKind] {
    guard count > 0 else { throw .emptyVocabulary }
    guard count <= mostTokens else {
      throw .tooMany(of: "tokens", found: count, most: mostTokens)
    }
    guard !numbers.isEmpty else { return [TokenKind](repeating: .normal, count: count) }
    guard numbers.count == count else {
      throw .wrongCount(of: "kinds of tokens", expected: count, found: numbers.count)
    }
    var kinds: [TokenKind] = []
    kinds.reserveCapacity(count)
    for (token, number) in numbers.enumerated() {
      guard let kind = TokenKind(rawValue: number) else { throw .unknownKind(number, token: token) }
      kinds.append(kind)
    }
    return kinds
  }

  /// The tokens whose names are bytes; of two with one name, the last.
  static func table(_ vocabulary: [String]) -> ByteStringTable {
    ByteStringTable(ByteStrings(vocabulary.lazy.map { ByteAlphabet.bytes(of: $0) ?? [] }))
  }

  static func mergeTable(
    _ merges: [String], _ tokens: ByteStringTable
  ) throws(TokenizerError) -> MergeTable {
    guard merges.count <= mostTokens else {
      throw .tooMany(of: "merges", found: merges.count, most: mostTokens)
    }
    var table = MergeTable(capacity: merges.count)
    for (rank, merge) in merges.enumerated() {
      let parts = merge.unicodeScalars.split(separator: " ").map {
        ByteAlphabet.bytes(of: Substring($0))
      }
      guard parts.count == 2, let left = parts[0], let right = parts[1],
        let leftToken = tokens.find(left, left.indices),
        let rightToken = tokens.find(right, right.indices),
        let token = tokens.find(left + right, 0..<left.count + right.count)
      else { throw .merge(number: rank, text: merge) }
      table.insert(Int32(leftToken), Int32(rightToken), rank: rank, token: Int32(token))
    }
    return table
  }

  static func outputs(_ vocabulary: [String], _ kinds: [TokenKind]) -> ByteStrings {
    ByteStrings(
      zip(vocabulary, kinds).lazy.map { (name, kind) -> [UInt8] in
        switch kind {
        case .normal: ByteAlphabet.bytes(of: name) ?? Array(name.utf8)
        case .unknown, .control, .userDefined: Array(name.utf8)
        case .byte: byte(name).map { [$0] } ?? []
        case .undefined, .unused: []
        }
      })
  }

  /// The byte that a name such as `<0x0A>` means.
  static func byte(_ name: String) -> UInt8? {
    guard name.utf8.count == 6, name.hasPrefix("<0x"), name.hasSuffix(">") else { return nil }
    return UInt8(name.dropFirst(3).dropLast(), radix: 16)
  }

  static func specials(
    _ vocabulary: [String], _ kinds: [TokenKind], rules: [Int: AddedTokenRule] = [:]
  ) -> SpecialTokens {
    var tokens: [(name: [UInt8], token: Int, isAlwaysFound: Bool)] = []
    for (token, name) in vocabulary.enumerated() {
      switch kinds[token] {
      case .control, .unknown: tokens.append((Array(name.utf8), token, false))
      case .userDefined: tokens.append((Array(name.utf8), token, true))
      case .normal, .byte, .undefined, .unused: break
      }
    }
    return SpecialTokens(tokens, rules: rules)
  }
}

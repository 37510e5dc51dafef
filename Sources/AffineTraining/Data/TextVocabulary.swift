/// What one token of a text is.
public enum TextUnit: String, Sendable, Hashable, Codable, CaseIterable {
  /// A byte: any file will do.
  case bytes
  /// A Unicode scalar of a UTF-8 text.
  case characters
}

/// Which number stands for which piece of a text.
public struct TextVocabulary: Sendable, Hashable {
  /// What a token is.
  public let unit: TextUnit
  /// The characters in the order of their tokens, which is that of Unicode; none for bytes.
  public let characters: [Unicode.Scalar]

  /// More kinds of characters would be names of things rather than letters: a table of their
  /// embeddings would outweigh a small model.
  static let mostCharacters = 4095

  /// The 256 bytes.
  public static let bytes = TextVocabulary(unit: .bytes, characters: [])

  /// The characters that a text has.
  ///
  /// - Throws: ``CorpusError``: no text, not UTF-8, or more than 4095 characters.
  public init(charactersOf text: Span<UInt8>) throws(CorpusError) {
    guard !text.isEmpty else { throw .empty }
    var found = [Bool](repeating: false, count: Int(Self.last.value) + 1)
    try Self.forEachCharacter(text) { (scalar, _) throws(CorpusError) in
      found[Int(scalar.value)] = true
    }
    let characters = found.indices.lazy.filter { found[$0] }.compactMap { Unicode.Scalar($0) }
    let count = characters.count
    guard count <= Self.mostCharacters else {
      throw .tooManyCharacters(found: count, most: Self.mostCharacters)
    }
    self.init(unit: .characters, characters: Array(characters))
  }

  private init(unit: TextUnit, characters: [Unicode.Scalar]) {
    self.unit = unit
    self.characters = characters
  }

  /// How many tokens there are.
  public var count: Int { unit == .bytes ? 256 : characters.count }

  static let last = Unicode.Scalar(0x10ffff as UInt32) ?? "\u{0}"
}

extension Unicode.Scalar {
  fileprivate init?(_ value: Int) { self.init(UInt32(value)) }
}

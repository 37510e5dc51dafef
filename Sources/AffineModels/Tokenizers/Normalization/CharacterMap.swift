/// The `precompiled_charsmap` of SentencePiece: a double array trie (Aoe, 1989) of strings, and what they
/// become.
struct CharacterMap: Sendable {
  /// The nodes of the trie.
  private let nodes: [UInt32]
  /// Strings, each up to a zero.
  private let strings: [UInt8]

  /// Reads the bytes: those of the trie, how many they are before them, and the strings.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4 else { return nil }
    func word(_ place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    }
    let count = Int(word(0))
    guard count > 0, count.isMultiple(of: 4), count <= bytes.count - 4 else { return nil }
    nodes = stride(from: 4, to: 4 + count, by: 4).map(word)
    strings = Array(bytes[(4 + count)...])
    guard String(validating: strings, as: UTF8.self) != nil else { return nil }
  }

  /// A text with characters, of up to five bytes as they are seen or else by their code points, replaced.
  func mapped(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for character in String(decoding: text, as: UTF8.self) {
      if character.utf8.count < 6, let new = replacement(of: character.utf8) {
        result += new
        continue
      }
      for scalar in character.unicodeScalars {
        let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        if let new = replacement(of: bytes) { result += new } else { result += bytes }
      }
    }
    return result
  }

  /// What the shortest string becomes that others begin with and is in the trie.
  private func replacement(of bytes: some Sequence<UInt8>) -> ArraySlice<UInt8>? {
    var place = offset(nodes[0])
    for byte in bytes {
      place ^= Int(byte)
      // A zero is the end of a string, and no part of one.
      guard byte != 0, nodes.indices.contains(place) else { return nil }
      let node = nodes[place]
      guard node & (1 << 31 | 0xff) == UInt32(byte) else { return nil }
      place ^= offset(node)
      guard node >> 8 & 1 == 1 else { continue }
      guard nodes.indices.contains(place) else { return nil }
      let start = Int(nodes[place] & (1 << 31 - 1))
      guard start <= strings.count else { return nil }
      return strings[start...].prefix { $0 != 0 }
    }
    return nil
  }

  private func offset(_ node: UInt32) -> Int { Int(node >> 10) << Int((node & 1 << 9) >> 6) }
}

extension CharacterMap {
  /// Reads the bytes in base 64 (RFC 4648).
  init?(base64 text: String) {
    var (bytes, bits, count): ([UInt8], UInt32, UInt32) = ([], 0, 0)
    for character in text.utf8.prefix(while: { $0 != 0x3d }) {
      let value: UInt8
      switch character {
      case 0x41...0x5a: value = character - 0x41
      case 0x61...0x7a: value = character - 0x61 + 26
      case 0x30...0x39: value = character - 0x30 + 52
      case 0x2b: value = 62
      case 0x2f: value = 63
      default: return nil
      }
      (bits, count) = (bits << 6 & 0xffff | UInt32(value), count + 6)
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    self.init(bytes)
  }
}

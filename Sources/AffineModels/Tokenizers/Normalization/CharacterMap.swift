/// The `precompiled_charsmap` of SentencePiece: a double array trie (Aoe, 1989) of strings, and what they
/// become.
struct CharacterMap: Sendable {
  /// The nodes of the trie.
  private let nodes: [UInt32]
  /// Strings, each up to a zero.
  private let strings: [UInt8]

  /// The longest string of bytes, as they are seen, that is looked up.
  private static let longest = 5

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
  ///
  /// - Complexity: O(text) and what it becomes.
  func mapped(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for character in String(decoding: text, as: UTF8.self) {
      if character.utf8.count <= Self.longest, let new = replacement(of: character.utf8) {
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
      return start(place).map { strings[$0...].prefix { $0 != 0 } }
    }
    return nil
  }

  /// Where the string of a node begins, which is between characters.
  private func start(_ place: Int) -> Int? {
    let start = Int(nodes[place] & (1 << 31 - 1))
    guard start < strings.count else { return start == strings.count ? start : nil }
    return strings[start] & 0xc0 == 0x80 ? nil : start
  }

  private func offset(_ node: UInt32) -> Int { Int(node >> 10) << Int((node & 1 << 9) >> 6) }

  /// The most bytes that one byte of a text becomes: of all strings of the trie, the longest as a multiple of what it
  /// stands for.
  ///
  /// The nodes are looked at once for each byte of a string, whatever branches they share or run around in.
  ///
  /// - Complexity: O(bytes of the map).
  var growth: Double {
    // From each byte of the strings to the next zero.
    var lengths = [Int](repeating: 0, count: strings.count + 1)
    for place in strings.indices.reversed() where strings[place] != 0 {
      lengths[place] = lengths[place + 1] + 1
    }
    var growth = 1.0
    // Children of a node lie where their bytes turn the low bits of one place, which may be beyond the last.
    let places = (nodes.count + 0xff) & ~0xff
    var isReached = [Bool](repeating: false, count: places)
    if isReached.indices.contains(offset(nodes[0])) { isReached[offset(nodes[0])] = true }
    for count in 1...Self.longest {
      var next = [Bool](repeating: false, count: places)
      for (place, node) in nodes.enumerated() where node & (1 << 31) == 0 && node & 0xff != 0 {
        guard isReached[place ^ Int(node & 0xff)] else { continue }
        let below = place ^ offset(node)
        if node >> 8 & 1 == 0 {
          if next.indices.contains(below) { next[below] = true }
        } else if nodes.indices.contains(below), let start = start(below) {
          growth = max(growth, Double(lengths[start]) / Double(count))
        }
      }
      isReached = next
    }
    return growth
  }
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

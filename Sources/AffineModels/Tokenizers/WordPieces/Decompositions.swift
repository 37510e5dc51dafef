/// Characters without their accents, by canonical decomposition.
enum Decompositions {
  /// What stays of each character that decomposes, but for Hangul.
  private static let bases: [UInt32: [Unicode.Scalar]] = {
    var bases: [UInt32: [Unicode.Scalar]] = [:]
    var next: UInt32 = 0
    for word in text.split(whereSeparator: \.isWhitespace) {
      var rest = word
      if let sign = word.firstIndex(of: "=") {
        next = number(word[..<sign])
        rest = word[word.index(after: sign)...]
      }
      let parts = rest.split(separator: "*")
      let base = parts[0].split(separator: "+").compactMap { Unicode.Scalar(number($0)) }
      let count = parts.count > 1 ? number(parts[1]) : 1
      for value in next..<next + count { bases[value] = base }
      next += count
    }
    return bases
  }()

  private static func number(_ text: Substring) -> UInt32 {
    guard let number = UInt32(text, radix: 16) else { preconditionFailure("\(text) in a table") }
    return number
  }

  /// Section 3.12 of the Unicode standard.
  private static let hangul = (first: UInt32(0xac00), count: UInt32(11172))

  /// What stays of a character; accents that stand alone stay.
  static func bases(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    let syllable = scalar.value &- hangul.first
    guard syllable < hangul.count else { return bases[scalar.value] ?? [scalar] }
    let trailing = syllable % 28
    let jamo = [0x1100 + syllable / 588, 0x1161 + syllable % 588 / 28, 0x11a7 + trailing]
    return jamo.prefix(trailing == 0 ? 2 : 3).compactMap { Unicode.Scalar($0) }
  }
}

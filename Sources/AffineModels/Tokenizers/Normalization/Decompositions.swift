/// Canonical decompositions of characters, and back (section 3.11 of the Unicode standard).
enum Decompositions {
  private struct Tables {
    /// What characters become, but for Hangul; and what two characters become.
    var parts: [UInt32: [Unicode.Scalar]] = [:]
    var composites: [UInt64: Unicode.Scalar] = [:]
  }

  private static let tables: Tables = {
    var (tables, next): (Tables, UInt32) = (Tables(), 0)
    var composed: [(Unicode.Scalar, [Unicode.Scalar])] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      var rest = word
      if let sign = word.firstIndex(of: "=") {
        next = number(word[..<sign])
        rest = word[word.index(after: sign)...]
      }
      let isComposed = rest.last != "!"
      let parts = (isComposed ? rest : rest.dropLast()).split(separator: "+")
        .compactMap { Unicode.Scalar(number($0)) }
      tables.parts[next] = parts
      if isComposed, parts.count > 1, let scalar = Unicode.Scalar(next) {
        composed.append((scalar, parts))
      }
      next += 1
    }
    // All parts but the last are a shorter composite, if they are several.
    for (scalar, parts) in composed.sorted(by: { $0.1.count < $1.1.count }) {
      let first = parts.dropFirst().dropLast().reduce(parts[0]) { first, part in
        guard let pair = tables.composites[key(first, part)] else {
          preconditionFailure("\(scalar.value) is no pair")
        }
        return pair
      }
      tables.composites[key(first, parts[parts.count - 1])] = scalar
    }
    return tables
  }()

  private static func key(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> UInt64 {
    UInt64(first.value) << 32 | UInt64(second.value)
  }

  private static func number(_ text: Substring) -> UInt32 {
    guard let number = UInt32(text, radix: 16) else { preconditionFailure("\(text) in a table") }
    return number
  }

  /// Section 3.12 of the Unicode standard: syllables, and the letters that begin, go on and end them, of
  /// which the last are counted from one.
  private static let (syllables, first, middle, last): (UInt32, UInt32, UInt32, UInt32) = (
    0xac00, 0x1100, 0x1161, 0x11a7
  )
  private static let (syllableCount, firstCount, middleCount, lastCount):
    (
      UInt32, UInt32, UInt32, UInt32
    ) = (11172, 19, 21, 28)

  /// The characters that a character stands for; often itself.
  static func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    let syllable = scalar.value &- syllables
    guard syllable < syllableCount else { return tables.parts[scalar.value] ?? [scalar] }
    let trailing = syllable % lastCount
    let jamo = [
      first + syllable / (middleCount * lastCount),
      middle + syllable % (middleCount * lastCount) / lastCount, last + trailing,
    ]
    return jamo.prefix(trailing == 0 ? 2 : 3).compactMap { Unicode.Scalar($0) }
  }

  /// The character that stands for two, if there is one.
  static func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    let (leading, vowel) = (first.value &- Self.first, second.value &- middle)
    if leading < firstCount, vowel < middleCount {
      return Unicode.Scalar(syllables + (leading * middleCount + vowel) * lastCount)
    }
    let (syllable, trailing) = (first.value &- syllables, second.value &- last)
    if syllable < syllableCount, syllable.isMultiple(of: lastCount), (1..<lastCount) ~= trailing {
      return Unicode.Scalar(first.value + trailing)
    }
    return tables.composites[key(first, second)]
  }
}

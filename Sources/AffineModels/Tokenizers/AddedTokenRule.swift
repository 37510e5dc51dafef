/// What a `tokenizer.json` says of where an added token stands in a text.
struct AddedTokenRule: Sendable {
  /// Whether spaces before and after belong to it.
  var stripsLeft = false
  var stripsRight = false
  /// Whether it is found only between characters that are no parts of words.
  var isSingleWord = false

  /// Whether all are as they mostly are.
  var isPlain: Bool { !stripsLeft && !stripsRight && !isSingleWord }

  /// The part of a text that a token stands for whose name is in a range; `nil`: none.
  func range(_ found: Range<Int>, in text: [UInt8], from start: Int) -> Range<Int>? {
    // What an earlier token took with it is no name any more.
    guard found.lowerBound >= start else { return nil }
    var (lower, upper) = (found.lowerBound, found.upperBound)
    if isSingleWord {
      let before = Self.scalar(text, endingAt: lower)
      let after = Self.scalar(text, at: upper)
      if before.map(Self.isOfWord) ?? false || after.map(Self.isOfWord) ?? false { return nil }
    }
    if stripsLeft {
      while lower > start, let before = Self.scalar(text, endingAt: lower),
        before.properties.isWhitespace
      {
        lower -= UTF8.width(before)
      }
    }
    if stripsRight {
      while let after = Self.scalar(text, at: upper), after.properties.isWhitespace {
        upper += UTF8.width(after)
      }
    }
    return lower..<upper
  }

  /// `\w` of regular expressions (Unicode Technical Standard 18).
  private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
    return switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
    default: false
    }
  }

  private static func scalar(_ text: [UInt8], at start: Int) -> Unicode.Scalar? {
    guard start < text.count else { return nil }
    return String(decoding: text[start..<min(start + 4, text.count)], as: UTF8.self)
      .unicodeScalars.first
  }

  private static func scalar(_ text: [UInt8], endingAt end: Int) -> Unicode.Scalar? {
    var start = end - 1
    while start > 0, text[start] & 0xc0 == 0x80 { start -= 1 }
    return start < 0
      ? nil : String(decoding: text[start..<end], as: UTF8.self).unicodeScalars.first
  }
}

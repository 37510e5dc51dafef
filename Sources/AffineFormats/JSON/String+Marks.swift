extension String {
  /// More than any language puts on one character.
  private static let mostMarks = 64

  /// Whether names and values of a JSON document can be hashed and compared in a time that grows with their
  /// length: it grows with the square of the marks on one character, written as they are or escaped. A zero
  /// byte, which would tell the decoder of another encoding, is none of JSON.
  package var hasFewMarks: Bool {
    var (marks, high) = (0, UInt32(0))
    // Of an escape that has begun: its digits to come, and what they say so far.
    var (isEscaped, digits, code) = (false, 0, UInt32(0))
    for scalar in unicodeScalars {
      guard scalar.value != 0 else { return false }
      var value = scalar.value
      if digits > 0 {
        code = code << 4 | UInt32(Character(scalar).hexDigitValue ?? 0)
        digits -= 1
        if digits > 0 { continue }
        value = code
      } else if isEscaped {
        isEscaped = false
        if scalar == "u" {
          (digits, code) = (4, 0)
          continue
        }
      } else if scalar == "\\" {
        isEscaped = true
        continue
      }
      // Half of a character that is written as two escapes.
      if value >> 10 == 0xD800 >> 10 {
        high = value
        continue
      }
      if value >> 10 == 0xDC00 >> 10 { value = 0x10000 + (high & 0x3FF) << 10 + value & 0x3FF }
      marks = Self.isMark(value) ? marks + 1 : 0
      if marks > Self.mostMarks { return false }
    }
    return true
  }

  private static func isMark(_ value: UInt32) -> Bool {
    guard value >= 0x300, let scalar = Unicode.Scalar(value) else { return false }
    return scalar.properties.canonicalCombiningClass != .notReordered
  }
}

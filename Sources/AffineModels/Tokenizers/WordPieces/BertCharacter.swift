/// How BERT's rules see a character.
///
/// Categories are those of Unicode 8, as in the library that published models were trained with, and
/// do not depend on the system's version.
enum BertCharacter {
  /// Controls, formats, private use, and what stands for text that was lost.
  static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a, 0x0d: false
    case 0, 0xfffd: true
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .privateUse: isOld(scalar)
      default: false
      }
    }
  }

  /// Characters that are words of their own: the blocks of Chinese characters, with the gap that the
  /// first implementation has.
  static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x2a6df, 0x2a700...0x2b81f,
      0x2b920...0x2ceaf, 0x2f800...0x2fa1f:
      true
    default: false
    }
  }

  /// Category Mn: accents.
  static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Their categories were others in Unicode 8.
    case 0x1734, 0x1171e: true
    case 0x1885, 0x1886, 0xa9bd, 0x111c9: false
    default: scalar.properties.generalCategory == .nonspacingMark && isOld(scalar)
    }
  }

  /// Category P, and all of ASCII that is no letter, digit, control or space.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: return true
    case ..<0x80: return false
    // Their category was another one in Unicode 8.
    case 0x166d, 0x111c9: return true
    default:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        return isOld(scalar)
      default: return false
      }
    }
  }

  private static func isOld(_ scalar: Unicode.Scalar) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age <= (8, 0)
  }
}

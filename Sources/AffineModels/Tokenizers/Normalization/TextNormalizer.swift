/// What becomes of a text before it is cut into tokens, step by step.
struct TextNormalizer: Sendable {
  enum Step: Sendable {
    /// Normalization form C.
    case compose
    /// The map of characters that SentencePiece compiles into a model.
    case map(CharacterMap)
    /// One string for another, wherever it stands.
    case replace([UInt8], with: [UInt8])
    /// Something for two spaces or more.
    case joinSpaces([UInt8])
    /// No spaces at the ends.
    case strip(left: Bool, right: Bool)
    /// A string before the text, unless that is empty.
    case prepend([UInt8])
  }

  let steps: [Step]

  /// The UTF-8 of what becomes of a text.
  func normalized(_ text: [UInt8]) -> [UInt8] { steps.reduce(text, Self.apply) }

  private static func apply(_ text: [UInt8], _ step: Step) -> [UInt8] {
    switch step {
    case .compose: CanonicalComposition.composed(text)
    case .map(let map): map.mapped(text)
    case .replace(let old, let new): replaced(text, old, new)
    case .joinSpaces(let new): joined(text, new)
    case .strip(let left, let right): stripped(text, left, right)
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    }
  }

  private static func replaced(_ text: [UInt8], _ old: [UInt8], _ new: [UInt8]) -> [UInt8] {
    guard let first = old.first else { return text }
    var (result, place): ([UInt8], Int) = ([], 0)
    result.reserveCapacity(text.count)
    while place < text.count {
      if text[place] == first, text[place...].starts(with: old) {
        result += new
        place += old.count
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return result
  }

  private static func joined(_ text: [UInt8], _ new: [UInt8]) -> [UInt8] {
    var (result, place): ([UInt8], Int) = ([], 0)
    while place < text.count {
      var end = place
      while end < text.count, text[end] == 0x20 { end += 1 }
      switch end - place {
      case 0:
        result.append(text[place])
        place += 1
      case 1: result.append(0x20)
      default: result += new
      }
      place = max(place, end)
    }
    return result
  }

  private static func stripped(_ text: [UInt8], _ left: Bool, _ right: Bool) -> [UInt8] {
    var scalars = Substring(decoding: text, as: UTF8.self).unicodeScalars
    while left, scalars.first?.properties.isWhitespace ?? false { scalars.removeFirst() }
    while right, scalars.last?.properties.isWhitespace ?? false { scalars.removeLast() }
    return Array(Substring(scalars).utf8)
  }
}

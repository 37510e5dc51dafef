/// What templates do with strings, as Python does: by characters' numbers, not by how they look.
enum TemplateText {
  /// Which ends are stripped.
  enum Ends {
    case both, first, last
  }

  /// About how many bytes are compared when a part is looked for.
  static func work(_ part: String, in whole: String) -> Int {
    // Eight at a time, as comparing goes.
    whole.utf8.count * (1 + min(part.utf8.count, whole.utf8.count) / 8)
  }

  static func contains(_ whole: String, _ part: String) -> Bool {
    find(Array(part.utf8), in: Array(whole.utf8), from: 0) != nil
  }

  private static func find(_ part: [UInt8], in whole: [UInt8], from start: Int) -> Int? {
    guard part.count <= whole.count - start else { return nil }
    for position in start...whole.count - part.count {
      if whole[position...].starts(with: part) { return position }
    }
    return nil
  }

  /// The pieces between the places where a separator stands.
  ///
  /// - Precondition: The separator is not empty.
  static func split(_ text: String, _ separator: String) -> [String] {
    let (whole, part) = (Array(text.utf8), Array(separator.utf8))
    var pieces: [String] = []
    var start = 0
    while let place = find(part, in: whole, from: start) {
      pieces.append(String(decoding: whole[start..<place], as: UTF8.self))
      start = place + part.count
    }
    return pieces + [String(decoding: whole[start...], as: UTF8.self)]
  }

  /// The words between white space.
  static func words(_ text: String) -> [String] {
    text.unicodeScalars.split(whereSeparator: isSpace).map { String($0) }
  }

  static func replacing(_ text: String, _ old: String, with new: String) -> String {
    split(text, old).joined(separator: new)
  }

  static func stripped(_ text: String, of characters: String?, _ ends: Ends) -> String {
    let isStripped: (Unicode.Scalar) -> Bool =
      if let characters { { characters.unicodeScalars.contains($0) } } else { isSpace }
    var rest = text.unicodeScalars[...]
    if ends != .last { rest = rest.drop(while: isStripped) }
    if ends != .first {
      while let last = rest.last, isStripped(last) { rest.removeLast() }
    }
    return String(rest)
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    // Python's white space is Unicode's and the four separators of ASCII.
    scalar.properties.isWhitespace || (0x1c...0x1f).contains(scalar.value)
  }
}

/// What templates do with strings, as Python does: by characters' numbers, not by how they look.
enum TemplateText {
  /// Which ends are stripped.
  enum Ends {
    case both, first, last
  }

  static func isEqual(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
  }

  /// Where a part stands in a text, from left to right, without overlap.
  ///
  /// - Complexity: O(text + part), by Knuth, Morris and Pratt.
  /// - Precondition: The part is not empty.
  static func places(of part: String, in text: String, most: Int = .max) -> [Int] {
    let part = Array(part.utf8)
    var prefixes = [0]
    var count = 0
    for byte in part.dropFirst() {
      while count > 0, part[count] != byte { count = prefixes[count - 1] }
      if part[count] == byte { count += 1 }
      prefixes.append(count)
    }
    var places: [Int] = []
    count = 0
    for (index, byte) in text.utf8.enumerated() {
      guard places.count < most else { break }
      while count > 0, part[count] != byte { count = prefixes[count - 1] }
      if part[count] == byte { count += 1 }
      if count == part.count {
        places.append(index + 1 - count)
        count = 0
      }
    }
    return places
  }

  static func contains(_ text: String, _ part: String) -> Bool {
    part.isEmpty || !places(of: part, in: text, most: 1).isEmpty
  }

  /// The pieces between the places where a separator stands.
  ///
  /// - Precondition: The separator is not empty.
  static func split(_ text: String, _ separator: String, most: Int = .max) -> [String] {
    pieces(text, at: places(of: separator, in: text, most: most), separator.utf8.count)
  }

  /// The same from the end on.
  static func splitFromEnd(_ text: String, _ separator: String, most: Int) -> [String] {
    let length = separator.utf8.count
    let places = places(of: reversed(separator), in: reversed(text), most: most)
    return pieces(text, at: places.reversed().map { text.utf8.count - $0 - length }, length)
  }

  private static func pieces(_ text: String, at places: [Int], _ length: Int) -> [String] {
    let bytes = Array(text.utf8)
    var pieces: [String] = []
    var start = 0
    for place in places {
      pieces.append(String(decoding: bytes[start..<place], as: UTF8.self))
      start = place + length
    }
    return pieces + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  /// The last place of a part.
  static func lastPlace(of part: String, in text: String) -> Int? {
    places(of: reversed(part), in: reversed(text), most: 1).first.map {
      text.utf8.count - $0 - part.utf8.count
    }
  }

  private static func reversed(_ text: String) -> String {
    string(text.unicodeScalars.reversed())
  }

  static func bytes(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  /// Whether a text has characters, all of the kind that Python's `isdigit` and its like ask for.
  static func isAll(_ text: String, _ name: String) -> Bool {
    let scalars = text.unicodeScalars
    switch name {
    case "isspace": return !text.isEmpty && scalars.allSatisfy(TemplateSpace.contains)
    case "isdigit": return !text.isEmpty && scalars.allSatisfy(isDigit)
    case "isalpha": return !text.isEmpty && scalars.allSatisfy(isLetter)
    case "isalnum":
      return !text.isEmpty
        && scalars.allSatisfy { isLetter($0) || $0.properties.numericType != nil }
    case "isupper":
      return scalars.contains { $0.properties.isUppercase }
        && !scalars.contains { $0.properties.isLowercase }
    default:
      return scalars.contains { $0.properties.isLowercase }
        && !scalars.contains { $0.properties.isUppercase }
    }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// The words between white space.
  static func words(_ text: String, most: Int = .max) -> [String] {
    let words = text.unicodeScalars.split(
      maxSplits: most, whereSeparator: TemplateSpace.contains)
    return words.enumerated().map { index, word in
      // What is not split further keeps white space but for that before it.
      index == most ? String(word.drop(while: TemplateSpace.contains)) : String(word)
    }
  }

  static func replacing(
    _ text: String, _ old: String, with new: String, most: Int = .max
  ) -> String {
    split(text, old, most: most).joined(separator: new)
  }

  static func stripped(_ text: String, of characters: String?, _ ends: Ends) -> String {
    let set = characters.map { Set($0.unicodeScalars) }
    let isStripped: (Unicode.Scalar) -> Bool =
      if let set { { set.contains($0) } } else { TemplateSpace.contains }
    var rest = text.unicodeScalars[...]
    if ends != .last { rest = rest.drop(while: isStripped) }
    if ends != .first {
      while let last = rest.last, isStripped(last) { rest.removeLast() }
    }
    return String(rest)
  }

  static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

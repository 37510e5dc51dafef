/// What the rules that split texts into words tell apart.
enum CharacterClass: UInt8 {
  /// Marks, symbols, controls, and what is no character.
  case other
  /// Category L.
  case letter
  /// Category N.
  case number
  /// The property White_Space.
  case space
  /// Category P.
  case punctuation

  /// The class of every scalar below U+323B0; all above are `other`.
  ///
  /// As of Unicode 15.1, which is that of llama.cpp: what later versions added is `other`, so that the
  /// tokens of a text do not depend on the system.
  static let table: [UInt8] = {
    (0..<0x323b0 as Range<UInt32>).map { value in
      guard let scalar = Unicode.Scalar(value) else { return other.rawValue }
      return CharacterClass(scalar.properties).rawValue
    }
  }()

  private init(_ properties: Unicode.Scalar.Properties) {
    if properties.isWhitespace {
      self = .space
      return
    }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      self = .punctuation
    default: self = .other
    }
    guard let age = properties.age, age <= (15, 1) else {
      self = .other
      return
    }
  }
}

/// A text as bytes of UTF-8 with the class of each character.
struct ClassifiedText {
  let bytes: [UInt8]
  private let classes = CharacterClass.table

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The class and the bytes of the character that begins at `position`.
  func character(_ position: Int) -> (class: CharacterClass, length: Int) {
    let lead = bytes[position]
    if lead < 0x80 { return (classOf(Int(lead)), 1) }
    if lead < 0xe0 { return (classOf(Int(lead & 0x1f) << 6 | rest(position + 1)), 2) }
    let two = rest(position + 1) << 6 | rest(position + 2)
    if lead < 0xf0 { return (classOf(Int(lead & 0x0f) << 12 | two), 3) }
    return (classOf(Int(lead & 0x07) << 18 | two << 6 | rest(position + 3)), 4)
  }

  /// Where a run of characters of one class ends.
  func end(of wanted: CharacterClass, from start: Int, limit: Int) -> Int {
    var position = start
    while position < limit {
      let (found, length) = character(position)
      guard found == wanted else { break }
      position += length
    }
    return position
  }

  private func rest(_ position: Int) -> Int { Int(bytes[position] & 0x3f) }

  private func classOf(_ value: Int) -> CharacterClass {
    guard value < classes.count else { return .other }
    return CharacterClass(rawValue: classes[value]) ?? .other
  }
}

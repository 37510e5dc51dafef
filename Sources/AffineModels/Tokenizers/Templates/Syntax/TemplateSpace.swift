/// White space as Python has it, in UTF-8: Unicode's and the four separators of ASCII.
enum TemplateSpace {
  static func contains(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1c...0x1f).contains(scalar.value)
  }

  /// The bytes of the white space character that begins at a place, or zero.
  static func length(_ text: [UInt8], at place: Int) -> Int {
    guard place < text.count else { return 0 }
    let first = text[place]
    if first < 0x80 { return first == 0x20 || 0x09...0x0d ~= first || 0x1c...0x1f ~= first ? 1 : 0 }
    // Two or three bytes: there is none beyond U+3000.
    let count = first < 0xe0 ? 2 : 3
    guard first < 0xf0, place + count <= text.count else { return 0 }
    let value = text[place..<place + count].reduce(0) { $0 << 6 | UInt32($1 & 0x3f) }
    guard let scalar = Unicode.Scalar(value & (count == 2 ? 0x7ff : 0xffff)) else { return 0 }
    return contains(scalar) ? count : 0
  }

  /// A text up to the white space that ends it.
  static func withoutEnd(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let last = text.indices.last {
      var start = last
      while start > text.startIndex, text[start] & 0xc0 == 0x80 { start -= 1 }
      let scalar = String(decoding: text[start...], as: UTF8.self).unicodeScalars
      guard scalar.count == 1, let first = scalar.first, contains(first) else { break }
      text = text[..<start]
    }
    return text
  }
}

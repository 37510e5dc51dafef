extension TemplateLexer {
  /// The tokens of a tag and its end, `}}` or `%}`.
  mutating func tag(closing: UInt8) throws(TemplateError) {
    let start = line
    // Braces of the tag's own are not its end.
    var depth = 0
    while let current = byte(0) {
      if depth == 0, takeEnd(closing) { return append(.end) }
      try token(current, &depth)
    }
    throw .syntax("a tag is begun and not ended", line: start)
  }

  private mutating func token(_ byte: UInt8, _ depth: inout Int) throws(TemplateError) {
    let space = TemplateSpace.length(source, at: position)
    if space > 0 { return advance(space) }
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): append(.string(try string(quote: byte)))
    case UInt8(ascii: "0")...UInt8(ascii: "9"): append(try number())
    case _ where Self.isNamePart(byte): append(.name(take(while: Self.isNamePart)))
    default: try symbol(&depth)
    }
  }

  mutating func take(while isPart: (UInt8) -> Bool) -> String {
    let start = position
    while let byte = byte(0), isPart(byte) { position += 1 }
    return String(decoding: source[start..<position], as: UTF8.self)
  }

  static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private mutating func symbol(_ depth: inout Int) throws(TemplateError) {
    for symbol in ["==", "!=", "<=", ">=", "//", "**"]
    where source[position...].starts(with: symbol.utf8) {
      append(.symbol(symbol))
      return advance(2)
    }
    let character = Unicode.Scalar(source[position])
    switch character {
    case "(", "[", "{": depth += 1
    case ")", "]", "}": depth -= 1
    case "+", "-", "*", "/", "%", "~", ",", ".", ":", "|", "=", "<", ">": break
    case "\u{80}"...: throw .unsupported("a name that is not ASCII")
    default: throw .syntax("'\(character)' has no meaning in a tag", line: line)
    }
    guard depth >= 0 else { throw .syntax("'\(character)' closes nothing", line: line) }
    append(.symbol(String(character)))
    advance(1)
  }
}

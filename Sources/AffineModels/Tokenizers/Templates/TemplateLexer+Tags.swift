extension TemplateLexer {
  /// The tokens of a tag and its end, `}}` or `%}`.
  mutating func tag(closing: UInt8) throws(TemplateError) {
    let start = line
    // Braces of the tag's own are not its end.
    var depth = 0
    while let current = byte(0) {
      let isKeeping = current == UInt8(ascii: "+") && closing == UInt8(ascii: "%")
      let sign = current == UInt8(ascii: "-") || isKeeping ? 1 : 0
      if depth == 0, byte(sign) == closing, byte(sign + 1) == UInt8(ascii: "}") {
        append(.end)
        advance(sign + 2)
        endTag(
          takesSpace: current == UInt8(ascii: "-"),
          takesNewline: closing == UInt8(ascii: "%") && sign == 0)
        return
      }
      try token(current, &depth)
    }
    throw .syntax("a tag is begun and not ended", line: start)
  }

  private mutating func token(_ byte: UInt8, _ depth: inout Int) throws(TemplateError) {
    switch byte {
    case _ where Self.isSpace(byte): advance(1)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): try string(quote: byte)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): try integer()
    case _ where Self.isNamePart(byte):
      append(.name(take(while: Self.isNamePart)))
    default: try symbol(&depth)
    }
  }

  private mutating func take(while isPart: (UInt8) -> Bool) -> String {
    let start = position
    while let byte = byte(0), isPart(byte) { position += 1 }
    return String(decoding: source[start..<position], as: UTF8.self)
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private mutating func integer() throws(TemplateError) {
    let text = take(while: Self.isNamePart)
    guard let number = Int(text) else { throw .unsupported("the number \(text)") }
    if byte(0) == UInt8(ascii: "."), let next = byte(1),
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next)
    {
      throw .unsupported("a number with a fraction")
    }
    append(.integer(number))
  }

  private mutating func symbol(_ depth: inout Int) throws(TemplateError) {
    for symbol in ["==", "!=", "<=", ">=", "//"] where source[position...].starts(with: symbol.utf8)
    {
      append(.symbol(symbol))
      return advance(2)
    }
    let character = Unicode.Scalar(source[position])
    switch character {
    case "(", "[", "{": depth += 1
    case ")", "]", "}": depth -= 1
    case "+", "-", "*", "%", "~", ",", ".", ":", "|", "=", "<", ">": break
    default: throw .syntax("'\(character)' has no meaning in a tag", line: line)
    }
    guard depth >= 0 else { throw .syntax("'\(character)' closes nothing", line: line) }
    append(.symbol(String(character)))
    advance(1)
  }

  private mutating func string(quote: UInt8) throws(TemplateError) {
    let start = line
    advance(1)
    var bytes: [UInt8] = []
    while let byte = byte(0) {
      advance(1)
      switch byte {
      case quote: return append(.string(String(decoding: bytes, as: UTF8.self)))
      case UInt8(ascii: "\\"): bytes += try escape()
      default: bytes.append(byte)
      }
    }
    throw .syntax("a string is begun and not ended", line: start)
  }

  private mutating func escape() throws(TemplateError) -> [UInt8] {
    guard let byte = byte(0) else { throw .syntax("a string is begun and not ended", line: line) }
    advance(1)
    switch byte {
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [byte]
    case 0x0a: return []
    case UInt8(ascii: "x"): return try character(digits: 2)
    case UInt8(ascii: "u"): return try character(digits: 4)
    case UInt8(ascii: "U"): return try character(digits: 8)
    case UInt8(ascii: "0")...UInt8(ascii: "7"), UInt8(ascii: "N"), UInt8(ascii: "a"),
      UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "v"):
      throw .unsupported("the escape \\\(Unicode.Scalar(byte))")
    // Python keeps a backslash that escapes nothing.
    default: return [UInt8(ascii: "\\"), byte]
    }
  }

  private mutating func character(digits count: Int) throws(TemplateError) -> [UInt8] {
    let digits = String(decoding: source[position...].prefix(count), as: UTF8.self)
    guard digits.utf8.count == count, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
      let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw .syntax("'\(digits)' is no character", line: line) }
    advance(count)
    return Array(String(scalar).utf8)
  }
}

extension TemplateLexer {
  /// A number as Python writes it: decimal, `0x1f`, `0b1`, `0o7`, `1_000`, `1.5` or `1e3`.
  mutating func number() throws(TemplateError) -> TemplateToken.Kind {
    var text = take(while: Self.isNamePart)
    let radix: Int? =
      switch text.prefix(2).lowercased() {
      case "0x": 16
      case "0o": 8
      case "0b": 2
      default: nil
      }
    if let radix {
      guard let number = Int(Self.digits(String(text.dropFirst(2))), radix: radix) else {
        throw .unsupported("the number \(text)")
      }
      return .integer(number)
    }
    if byte(0) == UInt8(ascii: "."), let next = byte(1), Self.isDigit(next) {
      position += 1
      text += "." + take(while: Self.isNamePart)
    }
    if text.last == "e" || text.last == "E", let sign = byte(0), let next = byte(1),
      sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+"), Self.isDigit(next)
    {
      position += 1
      text += String(Unicode.Scalar(sign)) + take(while: Self.isNamePart)
    }
    let digits = Self.digits(text)
    if let number = Int(digits) { return .integer(number) }
    guard text.contains(where: { ".eE".contains($0) }), let number = Double(digits) else {
      throw .unsupported("the number \(text)")
    }
    return .float(number)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Single underscores between digits mean nothing.
  private static func digits(_ text: String) -> String {
    text.contains("__") || text.hasSuffix("_") ? text : text.filter { $0 != "_" }
  }

  mutating func string(quote: UInt8) throws(TemplateError) -> String {
    let start = line
    advance(1)
    var bytes: [UInt8] = []
    while let byte = byte(0) {
      advance(1)
      switch byte {
      case quote: return String(decoding: bytes, as: UTF8.self)
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
    case UInt8(ascii: "a"): return [0x07]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "v"): return [0x0b]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [byte]
    case 0x0a: return []
    case UInt8(ascii: "x"): return try character(digits: 2)
    case UInt8(ascii: "u"): return try character(digits: 4)
    case UInt8(ascii: "U"): return try character(digits: 8)
    case UInt8(ascii: "0")...UInt8(ascii: "7"), UInt8(ascii: "N"):
      throw .unsupported("the escape \\\(Unicode.Scalar(byte))")
    // Python keeps a backslash that escapes nothing.
    default: return [UInt8(ascii: "\\"), byte]
    }
  }

  private mutating func character(digits count: Int) throws(TemplateError) -> [UInt8] {
    let digits = String(decoding: source[position...].prefix(count), as: UTF8.self)
    guard digits.utf8.count == count, digits.utf8.first != UInt8(ascii: "+"),
      let value = UInt32(digits, radix: 16)
    else { throw .syntax("'\(digits)' is no character", line: line) }
    guard let scalar = Unicode.Scalar(value) else {
      throw .unsupported("the half \(digits) of a pair of UTF-16")
    }
    advance(count)
    return Array(String(scalar).utf8)
  }
}

extension TemplateText {
  /// A string as Python's `repr` writes it.
  static func represented(_ text: String) -> String {
    let hasSingle = text.utf8.contains(UInt8(ascii: "'"))
    let quote: Unicode.Scalar = hasSingle && !text.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
    var result = String(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
      case ..<"\u{100}": result += "\\x" + digits(scalar.value, 2)
      case ..<"\u{10000}": result += "\\u" + digits(scalar.value, 4)
      default: result += "\\U" + digits(scalar.value, 8)
      }
    }
    return result + String(quote)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  static func digits(_ value: UInt32, _ count: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: count - digits.utf8.count) + digits
  }

  /// A string in JSON, as Python writes it.
  static func quoted(_ text: String, onlyASCII: Bool) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case ..<" ": result += "\\u" + digits(scalar.value, 4)
      case "\u{7f}"... where onlyASCII:
        for unit in String(scalar).utf16 { result += "\\u" + digits(UInt32(unit), 4) }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

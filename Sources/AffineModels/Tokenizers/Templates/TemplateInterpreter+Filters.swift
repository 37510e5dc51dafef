extension TemplateInterpreter {
  /// A filter's value.
  mutating func filter(
    _ name: String, _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    try charge(value.size)
    switch name {
    case "trim":
      return .string(TemplateText.stripped(try text(of: value), of: try call.text(0), .both))
    case "upper": return .string(try text(of: value).uppercased())
    case "lower": return .string(try text(of: value).lowercased())
    case "string", "safe": return .string(try text(of: value))
    case "replace": return .string(try replacing(try text(of: value), call))
    case "length", "count": return .integer(try length(value))
    case "default", "d": return fallback(value, call)
    case "list": return .list(try elements(value))
    case "first":
      let elements = try elements(value)
      return elements.first ?? .undefined("first")
    case "last":
      let elements = try elements(value)
      return elements.last ?? .undefined("last")
    case "join": return .string(try joined(value, call))
    case "tojson":
      guard call.positional.isEmpty, call.named.isEmpty else {
        throw .unsupported("tojson with arguments")
      }
      return .string(try json(value))
    default: throw .unsupported("the filter '\(name)'")
    }
  }

  private func length(_ value: TemplateValue) throws(TemplateError) -> Int {
    switch value {
    case .string(let text): text.unicodeScalars.count
    case .list(let elements): elements.count
    case .dictionary(let members): members.count
    case .undefined: 0
    case .none, .boolean, .integer, .namespace: throw .type("\(value.kind) has no length")
    }
  }

  private func fallback(_ value: TemplateValue, _ call: TemplateCall) -> TemplateValue {
    let replacement = call.value(0, "default_value") ?? .string("")
    if case .undefined = value { return replacement }
    let replacesFalse = call.value(1, "boolean")?.isTrue ?? false
    return replacesFalse && !value.isTrue ? replacement : value
  }

  private mutating func joined(
    _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> String {
    let separator = try call.text(0) ?? ""
    var result = ""
    for (index, element) in try elements(value).enumerated() {
      let text = try text(of: element)
      try charge(separator.utf8.count + text.utf8.count)
      if index > 0 { result += separator }
      result += text
    }
    return result
  }

  /// As Python writes it, with characters beyond ASCII as they are.
  private func json(_ value: TemplateValue) throws(TemplateError) -> String {
    switch value {
    case .none: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let number): return String(number)
    case .string(let text): return Self.quoted(text)
    case .list(let elements):
      var parts: [String] = []
      for element in elements { parts.append(try json(element)) }
      return "[" + parts.joined(separator: ", ") + "]"
    case .dictionary(let members):
      var parts: [String] = []
      for (key, value) in members { parts.append(Self.quoted(key) + ": " + (try json(value))) }
      return "{" + parts.joined(separator: ", ") + "}"
    case .undefined(let name): throw .undefined(name)
    case .namespace: throw .type("\(value.kind) in JSON")
    }
  }

  private static func quoted(_ text: String) -> String {
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
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

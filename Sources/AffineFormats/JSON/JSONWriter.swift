extension JSONValue {
  /// The document without white space.
  package var serialized: String {
    switch self {
    case .object(let members):
      "{" + members.map { Self.quoted($0.name) + ":" + $0.value.serialized }.joined(separator: ",")
        + "}"
    case .array(let elements): "[" + elements.map(\.serialized).joined(separator: ",") + "]"
    case .string(let text): Self.quoted(text)
    case .integer(let value): "\(value)"
    case .otherNumber(let text): text
    case .boolean(let value): "\(value)"
    case .null: "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..."\u{1f}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

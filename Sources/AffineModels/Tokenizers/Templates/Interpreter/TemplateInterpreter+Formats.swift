extension TemplateInterpreter {
  /// How a value is written.
  mutating func text(of value: TemplateValue) throws(TemplateError) -> String {
    switch value {
    case .undefined: return ""
    case .string(let text), .markup(let text): return text
    default: return try representation(value)
    }
  }

  /// How a value is written in a list, as Python's `repr` has it.
  mutating func representation(_ value: TemplateValue) throws(TemplateError) -> String {
    try charge(value.size)
    switch value {
    case .undefined: return "Undefined"
    case .none: return "None"
    case .boolean(let value): return value ? "True" : "False"
    case .integer(let number): return String(number)
    case .float(let number): return "\(number)"
    case .string(let text):
      try charge(8 * text.utf8.count)
      return TemplateText.represented(text)
    case .list(let list) where list.kind == .list || list.kind == .tuple:
      var parts: [String] = []
      for element in list.elements { parts.append(try representation(element)) }
      let text = parts.joined(separator: ", ")
      if list.kind == .list { return "[\(text)]" }
      return parts.count == 1 ? "(\(text),)" : "(\(text))"
    case .dictionary(let dictionary):
      var parts: [String] = []
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        parts.append(try representation(key) + ": " + representation(value))
      }
      return "{\(parts.joined(separator: ", "))}"
    case .markup, .list, .namespace, .loop, .macro, .function:
      throw .unsupported("writing \(value.kind)")
    }
  }

  /// `'…' % arguments`.
  mutating func formatted(
    _ format: String, arguments: TemplateValue
  ) throws(TemplateError) -> String {
    var rest = [arguments][...]
    if case .list(let list) = arguments, list.kind == .tuple { rest = list.elements[...] }
    try charge(format.utf8.count * 2)
    var result = ""
    var scalars = format.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let kind = scalars.popFirst()
      if kind == "%" {
        result += "%"
        continue
      }
      guard let value = rest.popFirst() else { throw .type("a format needs more arguments") }
      let text: String
      switch kind {
      case "s": text = try self.text(of: value)
      case "r": text = try representation(value)
      case "d", "i":
        if case .float(let number) = value, let whole = Int(exactly: number.rounded(.towardZero)) {
          text = String(whole)
        } else if let number = value.integer {
          text = String(number)
        } else {
          throw .type("%d of \(value.kind)")
        }
      default: throw .unsupported("the format '%\(kind.map(String.init) ?? "")'")
      }
      try charge(text.utf8.count)
      result += text
    }
    if case .dictionary = arguments { return result }
    guard rest.isEmpty else { throw .type("a format has more arguments than places") }
    return result
  }

  /// `'…'.format(…)`, of whole values.
  mutating func formatted(_ format: String, _ call: TemplateCall) throws(TemplateError) -> String {
    var result = ""
    var next = 0
    var scalars = format.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      if scalar == "}" || scalar == "{", scalars.first == scalar {
        scalars.removeFirst()
      } else if scalar == "}" {
        throw .type("'}' closes nothing in a format")
      } else if scalar == "{" {
        guard let end = scalars.firstIndex(of: "}") else {
          throw .type("'}' is missing in a format")
        }
        let field = String(scalars[..<end])
        scalars = scalars[scalars.index(after: end)...]
        let text = try text(of: try argument(field, call, &next))
        try charge(text.utf8.count + TemplateBudget.step)
        result += text
        continue
      }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  private func argument(
    _ field: String, _ call: TemplateCall, _ next: inout Int
  ) throws(TemplateError) -> TemplateValue {
    guard field.utf8.allSatisfy(TemplateLexer.isNamePart) else {
      throw .unsupported("the format '{\(field)}'")
    }
    if field.isEmpty || Int(field) != nil {
      let place = Int(field) ?? next
      next += 1
      guard call.positional.indices.contains(place) else {
        throw .type("a format needs more arguments")
      }
      return call.positional[place]
    }
    guard let (_, value) = call.named.first(where: { $0.name == field }) else {
      throw .type("a format needs the argument '\(field)'")
    }
    return value
  }
}

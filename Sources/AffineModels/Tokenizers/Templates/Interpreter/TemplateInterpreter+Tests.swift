extension TemplateInterpreter {
  /// What `is` asks.
  mutating func test(
    _ name: String, _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> Bool {
    switch name {
    case "equalto", "eq": return try compare(value, "==", other(name, call))
    case "ne": return try compare(value, "!=", other(name, call))
    case "lt", "lessthan": return try compare(value, "<", other(name, call))
    case "le": return try compare(value, "<=", other(name, call))
    case "gt", "greaterthan": return try compare(value, ">", other(name, call))
    case "ge": return try compare(value, ">=", other(name, call))
    case "in": return try compare(value, "in", other(name, call))
    case "divisibleby":
      let divisor = try other(name, call)
      guard let remainder = try TemplateNumbers.combine(value, "%", divisor)?.number else {
        throw .type("\(value.kind) is divisible by \(divisor.kind)")
      }
      return remainder == 0
    default:
      try call.refuseArguments("the test '\(name)'")
      return try test(name, value)
    }
  }

  private func other(_ name: String, _ call: TemplateCall) throws(TemplateError) -> TemplateValue {
    try call.bind("the test '\(name)'", ["other"], required: 1)[0] ?? .none
  }

  private mutating func test(
    _ name: String, _ value: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch (name, value) {
    case ("undefined", .undefined), ("none", .none), ("string", .string), ("string", .markup),
      ("boolean", .boolean), ("integer", .integer), ("float", .float), ("number", .integer),
      ("number", .float), ("number", .boolean), ("mapping", .dictionary),
      ("callable", .function), ("callable", .macro), ("callable", .loop):
      return true
    case ("defined", _):
      if case .undefined = value { return false }
      return true
    case ("true", .boolean(let value)): return value
    case ("false", .boolean(let value)): return !value
    case ("sequence", _): return Self.isIterable(value, withPlaces: true)
    case ("iterable", _): return Self.isIterable(value, withPlaces: false)
    case ("odd", _), ("even", _):
      guard let number = value.integer else { throw .type("\(value.kind) is \(name)") }
      return number.isMultiple(of: 2) == (name == "even")
    case ("upper", _), ("lower", _):
      let text = value.string ?? ""
      try chargeCharacters(of: text)
      return TemplateText.isAll(text, "is\(name)")
    case ("undefined", _), ("none", _), ("string", _), ("boolean", _), ("integer", _), ("float", _),
      ("number", _), ("mapping", _), ("callable", _), ("true", _), ("false", _):
      return false
    default: throw .unsupported("the test '\(name)'")
    }
  }

  private static func isIterable(_ value: TemplateValue, withPlaces: Bool) -> Bool {
    switch value {
    case .undefined, .string, .markup, .dictionary: true
    case .list(let list): list.isIndexed || !withPlaces
    case .loop: !withPlaces
    case .none, .boolean, .integer, .float, .namespace, .macro, .function: false
    }
  }
}

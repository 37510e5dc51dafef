extension TemplateInterpreter {
  /// A filter's value.
  mutating func filter(
    _ name: String, _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "default", "d":
      let arguments = try call.bind(name, ["default_value", "boolean"])
      if case .undefined = value {} else if !arguments[1].isTrue || value.isTrue { return value }
      return arguments[0] ?? .string("")
    case "length", "count":
      try call.refuseArguments(name)
      return .integer(try length(value))
    case "tojson": return .string(try json(value, call))
    case "string", "safe":
      try call.refuseArguments(name)
      if case .markup = value { return value }
      let text = try text(of: value)
      return name == "safe" ? .markup(text) : .string(text)
    case "list":
      try call.refuseArguments(name)
      return try list(try elements(value))
    case "join": return .string(try joined(value, call))
    default: break
    }
    if case .markup = value { throw .unsupported("the filter '\(name)' after 'safe'") }
    if let text = try textFilter(name, value, call) { return text }
    if let number = try numberFilter(name, value, call) { return number }
    if let sequence = try sequenceFilter(name, value, call) { return sequence }
    throw .unsupported("the filter '\(name)'")
  }

  private mutating func length(_ value: TemplateValue) throws(TemplateError) -> Int {
    if let text = value.string {
      try charge(text.utf8.count)
      return text.unicodeScalars.count
    }
    switch value {
    case .list(let list):
      if case .iterator = list.kind { throw .type("\(value.kind) has no length") }
      return list.elements.count
    case .dictionary(let dictionary): return dictionary.keys.count
    case .loop(let number): return loops[number].elements.count
    case .undefined: return 0
    default: throw .type("\(value.kind) has no length")
    }
  }

  private mutating func joined(
    _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> String {
    let arguments = try call.bind("join", ["d", "attribute"])
    let separator = try text(of: arguments[0] ?? .string(""))
    var elements = try elements(value)
    if let attribute = arguments[1] { elements = try self.attributes(attribute, of: elements) }
    return try joined(elements, by: separator, onlyStrings: false)
  }

  /// Filters of strings; what is none is written first.
  private mutating func textFilter(
    _ name: String, _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue? {
    guard
      ["trim", "upper", "lower", "capitalize", "title", "replace", "indent", "format"].contains(
        name)
    else { return nil }
    let text = try text(of: value)
    try charge(4 * text.utf8.count)
    switch name {
    case "trim":
      let set = try call.bind(name, ["chars"])[0].text(name)
      try charge(TemplateBudget.step * (set?.utf8.count ?? 0))
      return .string(TemplateText.stripped(text, of: set, .both))
    case "replace":
      let arguments = try call.bind(name, ["old", "new", "count"], required: 2)
      return .string(try replacing(text, arguments, name))
    case "indent": return .string(try indented(text, call))
    case "format":
      guard call.named.isEmpty else { throw .unsupported("format with names") }
      return .string(try formatted(text, arguments: try list(call.positional, .tuple)))
    default: try call.refuseArguments(name)
    }
    try chargeCharacters(of: text)
    switch name {
    case "upper": return .string(text.uppercased())
    case "lower": return .string(TemplateText.lowercased(text))
    case "capitalize": return .string(TemplateText.capitalized(text))
    default: return .string(TemplateText.wordsTitled(text))
    }
  }

  private mutating func indented(
    _ text: String, _ call: TemplateCall
  ) throws(TemplateError) -> String {
    let arguments = try call.bind("indent", ["width", "first", "blank"])
    var indent = arguments[0]?.string
    if indent == nil {
      let width = max(try arguments[0].integer("indent") ?? 4, 0)
      try charge(width)
      indent = String(repeating: " ", count: width)
    }
    let space = indent ?? ""
    let lines = TemplateText.lines(text + "\n", keepsEnds: false)
    var result = arguments[1].isTrue ? space : ""
    for (index, line) in lines.enumerated() {
      if index > 0 {
        result += "\n"
        let isIndented = arguments[2].isTrue || !line.isEmpty
        try charge(1 + space.utf8.count)
        if isIndented { result += space }
      }
      result += line
    }
    return result
  }

  private mutating func numberFilter(
    _ name: String, _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue? {
    switch name {
    case "int":
      let arguments = try call.bind(name, ["default", "base"])
      if let base = try arguments[1].integer(name), base != 10 {
        throw .unsupported("whole numbers of base \(base)")
      }
      try chargeCharacters(of: value.string ?? "")
      return TemplateNumbers.integer(value).map { .integer($0) } ?? arguments[0] ?? .integer(0)
    case "float":
      let arguments = try call.bind(name, ["default"])
      try chargeCharacters(of: value.string ?? "")
      return TemplateNumbers.float(value).map { .float($0) } ?? arguments[0] ?? .float(0)
    case "abs":
      try call.refuseArguments(name)
      guard let number = value.number else { throw .type("\(value.kind) has no magnitude") }
      return number < 0
        ? try TemplateNumbers.negative(value) : value.integer.map { .integer($0) } ?? value
    case "round":
      let arguments = try call.bind(name, ["precision", "method"])
      guard try arguments[0].integer(name) ?? 0 == 0 else {
        throw .unsupported("rounding to digits")
      }
      let method = try arguments[1].word(name) ?? "common"
      guard let number = value.number else { throw .type("\(value.kind) cannot be rounded") }
      switch method {
      case "common":
        return value.integer.map { .integer($0) } ?? .float(number.rounded(.toNearestOrEven))
      case "ceil": return .float(number.rounded(.up))
      case "floor": return .float(number.rounded(.down))
      default: throw .type("'\(method)' is no way to round")
      }
    default: return nil
    }
  }
}

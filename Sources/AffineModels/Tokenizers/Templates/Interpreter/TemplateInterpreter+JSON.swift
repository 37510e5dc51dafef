/// How `tojson` writes, as Python's `json.dumps`.
struct TemplateJSON {
  /// What a level is indented by; nothing writes one line.
  var indent: String?
  var separators = (item: ", ", key: ": ")
  var sortsKeys = false
  var onlyASCII = false
}

extension TemplateInterpreter {
  /// `tojson` with its arguments.
  mutating func json(
    _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> String {
    let arguments = try call.bind(
      "tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
    var style = TemplateJSON(sortsKeys: arguments[3].isTrue, onlyASCII: arguments[0].isTrue)
    if let text = arguments[1]?.string {
      style.indent = text
    } else if let count = try arguments[1].integer("an indent") {
      try charge(max(count, 0))
      style.indent = String(repeating: " ", count: max(count, 0))
    }
    if style.indent != nil { style.separators.item = "," }
    switch arguments[2] {
    case nil, .some(.none): break
    case .list(let list):
      guard list.elements.count == 2, let item = list.elements[0].string,
        let key = list.elements[1].string
      else { throw .type("separators are two strings") }
      style.separators = (item, key)
    default: throw .type("separators are two strings")
    }
    var result = ""
    try write(value, style, level: 0, to: &result)
    return result
  }

  private mutating func write(
    _ value: TemplateValue, _ style: TemplateJSON, level: Int, to result: inout String
  ) throws(TemplateError) {
    try charge(TemplateBudget.step)
    switch value {
    case .none: result += "null"
    case .boolean(let value): result += value ? "true" : "false"
    case .integer(let number): result += String(number)
    case .float(let number):
      result +=
        number.isNaN
        ? "NaN" : number.isInfinite ? number < 0 ? "-Infinity" : "Infinity" : "\(number)"
    case .string(let text), .markup(let text):
      try charge(8 * text.utf8.count)
      result += TemplateText.quoted(text, onlyASCII: style.onlyASCII)
    case .list(let list) where list.kind == .list || list.kind == .tuple:
      guard !list.elements.isEmpty else { return result += "[]" }
      result += "["
      for (index, element) in list.elements.enumerated() {
        try separate(index, style, level + 1, &result)
        try write(element, style, level: level + 1, to: &result)
      }
      try endLine(style, level, &result)
      result += "]"
    case .dictionary(let dictionary): try write(dictionary, style, level: level, to: &result)
    case .undefined(let name): throw .undefined(name)
    case .list, .namespace, .loop, .macro, .function: throw .type("\(value.kind) in JSON")
    }
  }

  private mutating func write(
    _ dictionary: TemplateDictionary, _ style: TemplateJSON, level: Int, to result: inout String
  ) throws(TemplateError) {
    guard !dictionary.keys.isEmpty else { return result += "{}" }
    var order = Array(dictionary.keys.indices)
    if style.sortsKeys { order = try self.order(dictionary.keys) }
    result += "{"
    for (index, place) in order.enumerated() {
      try separate(index, style, level + 1, &result)
      let key = dictionary.keys[place]
      switch key {
      case .string, .markup: try write(key, style, level: 0, to: &result)
      case .none, .boolean, .integer, .float:
        result += "\""
        try write(key, style, level: 0, to: &result)
        result += "\""
      default: throw .type("\(key.kind) as a key in JSON")
      }
      result += style.separators.key
      try write(dictionary.values[place], style, level: level + 1, to: &result)
    }
    try endLine(style, level, &result)
    result += "}"
  }

  private mutating func separate(
    _ index: Int, _ style: TemplateJSON, _ level: Int, _ result: inout String
  ) throws(TemplateError) {
    try charge(style.separators.item.utf8.count + style.separators.key.utf8.count)
    if index > 0 { result += style.separators.item }
    try endLine(style, level, &result)
  }

  private mutating func endLine(
    _ style: TemplateJSON, _ level: Int, _ result: inout String
  ) throws(TemplateError) {
    guard let indent = style.indent else { return }
    try charge(1 + indent.utf8.count * level)
    result += "\n" + String(repeating: indent, count: level)
  }
}

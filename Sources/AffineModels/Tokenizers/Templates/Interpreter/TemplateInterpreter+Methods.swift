extension TemplateInterpreter {
  mutating func callMethod(
    _ name: String, of value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .undefined(let whole): throw .undefined(whole)
    case .string(let text): return try callMethod(name, of: text, call)
    case .markup: throw .unsupported("the method '\(name)' after the filter 'safe'")
    case .dictionary(let dictionary): return try callMethod(name, of: dictionary, call)
    case .loop(let number): return try callMethod(name, ofLoop: number, call)
    case .namespace:
      // A macro, perhaps, that a namespace holds.
      return try self.call(try member(name, of: value), call)
    default: throw .unsupported("the method '\(name)' of \(value.kind)")
    }
  }

  private mutating func callMethod(
    _ name: String, of dictionary: TemplateDictionary, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "items":
      try call.refuseArguments(name)
      return try list(try pairs(dictionary), .view)
    case "keys":
      try call.refuseArguments(name)
      return try list(dictionary.keys, .view)
    case "values":
      try call.refuseArguments(name)
      return try list(dictionary.values, .view)
    case "copy":
      try call.refuseArguments(name)
      return .dictionary(dictionary)
    case "get":
      let arguments = try call.bind(name, ["key", "default"], required: 1, byName: false)
      guard let key = arguments[0], key.isHashable else { throw .type("get() of what is no key") }
      return try dictionary.value(key, &budget) ?? arguments[1] ?? .none
    default:
      guard let member = try dictionary.value(.string(name), &budget) else {
        throw .unsupported("the method '\(name)' of a dictionary")
      }
      return try self.call(member, call)
    }
  }

  /// The members of a dictionary, each a key and a value.
  mutating func pairs(
    _ dictionary: TemplateDictionary
  ) throws(TemplateError) -> [TemplateValue] {
    var pairs: [TemplateValue] = []
    for (key, value) in zip(dictionary.keys, dictionary.values) {
      pairs.append(try list([key, value], .tuple))
    }
    return pairs
  }

  private mutating func callMethod(
    _ name: String, of text: String, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    try charge(4 * text.utf8.count)
    switch name {
    case "strip", "lstrip", "rstrip":
      let set = try call.bind(name, ["chars"], byName: false)[0].text(name)
      try charge(TemplateBudget.step * (set?.utf8.count ?? 0))
      let ends: TemplateText.Ends = name == "strip" ? .both : name == "lstrip" ? .first : .last
      return .string(TemplateText.stripped(text, of: set, ends))
    case "startswith", "endswith": return .boolean(try hasEnd(text, name, call))
    case "find", "rfind", "index", "count": return .integer(try place(in: text, name, call))
    case "split", "rsplit": return try split(text, name, call)
    case "splitlines":
      let keepsEnds = try call.bind(name, ["keepends"])[0].isTrue
      return try list(TemplateText.lines(text, keepsEnds: keepsEnds).map { .string($0) })
    case "replace":
      let arguments = try call.bind(name, ["old", "new", "count"], required: 2, byName: false)
      return .string(try replacing(text, arguments, name))
    case "removeprefix", "removesuffix": return .string(try removing(text, name, call))
    case "join":
      let sequence = try call.bind(name, ["iterable"], required: 1, byName: false)[0] ?? .none
      return .string(try joined(try elements(sequence), by: text, onlyStrings: true))
    case "format": return .string(try formatted(text, call))
    case "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower":
      try call.refuseArguments(name)
      try chargeCharacters(of: text)
      return .boolean(TemplateText.isAll(text, name))
    case "upper", "lower", "title", "capitalize":
      try call.refuseArguments(name)
      try chargeCharacters(of: text)
      switch name {
      case "upper": return .string(text.uppercased())
      case "lower": return .string(TemplateText.lowercased(text))
      case "title": return .string(TemplateText.titled(text))
      default: return .string(TemplateText.capitalized(text))
      }
    default: throw .unsupported("the method '\(name)' of a string")
    }
  }

  private mutating func split(
    _ text: String, _ name: String, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    let arguments = try call.bind(name, ["sep", "maxsplit"])
    let limit = try arguments[1].integer(name) ?? -1
    let most = limit < 0 ? .max : limit
    guard let separator = try arguments[0].text(name) else {
      guard name == "split" || limit < 0 else { throw .unsupported("rsplit() at white space") }
      try charge(text.utf8.count * TemplateBudget.step)
      return try list(TemplateText.words(text, most: most).map { .string($0) })
    }
    guard !separator.isEmpty else { throw .type("\(name)() with an empty separator") }
    // As if it stood wherever it can.
    try charge(separator.utf8.count + text.utf8.count / separator.utf8.count * TemplateBudget.step)
    if name == "split" || limit < 0 {
      return try list(TemplateText.split(text, separator, most: most).map { .string($0) })
    }
    try chargeCharacters(of: text)
    return try list(TemplateText.splitFromEnd(text, separator, most: most).map { .string($0) })
  }

  /// `replace` with the old part, the new one and how often.
  mutating func replacing(
    _ text: String, _ arguments: [TemplateValue?], _ name: String
  ) throws(TemplateError) -> String {
    guard let old = try arguments[0].text(name), let new = try arguments[1].text(name) else {
      throw .type("\(name)() of none")
    }
    guard !old.isEmpty else { throw .unsupported("\(name)() of an empty string") }
    let limit = try arguments[2].integer(name) ?? -1
    // Paid for before it is made: as if the new string stood wherever the old one can.
    let places = min(text.utf8.count / old.utf8.count, limit < 0 ? .max : limit)
    let (most, overflow) = places.multipliedReportingOverflow(
      by: new.utf8.count + TemplateBudget.step)
    try charge(overflow ? .max : most)
    try charge(text.utf8.count + old.utf8.count)
    return TemplateText.replacing(text, old, with: new, most: limit < 0 ? .max : limit)
  }

  mutating func joined(
    _ elements: [TemplateValue], by separator: String, onlyStrings: Bool
  ) throws(TemplateError) -> String {
    var result = ""
    for (index, element) in elements.enumerated() {
      guard !onlyStrings || element.string != nil else { throw .type("join() of \(element.kind)") }
      let text = try text(of: element)
      try charge(separator.utf8.count + text.utf8.count + TemplateBudget.step)
      if index > 0 { result += separator }
      result += text
    }
    return result
  }
}

extension TemplateInterpreter {
  /// Filters of sequences.
  mutating func sequenceFilter(
    _ name: String, _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue? {
    switch name {
    case "first":
      try call.refuseArguments(name)
      return try first(value)
    case "last":
      try call.refuseArguments(name)
      if case .list(let list) = value, !list.isIndexed, list.kind != .view {
        throw .type("\(list.kind.name) has no end")
      }
      return try elements(value).last ?? .undefined("last")
    case "items":
      try call.refuseArguments(name)
      if case .undefined = value { return try iterator([]) }
      guard case .dictionary(let dictionary) = value else {
        throw .type("items of \(value.kind)")
      }
      return try iterator(try pairs(dictionary))
    case "dictsort": return try sortedDictionary(value, call)
    case "reverse":
      try call.refuseArguments(name)
      if let text = value.string {
        try chargeCharacters(of: text)
        return .string(TemplateText.string(text.unicodeScalars.reversed()))
      }
      return try iterator(try elements(value).reversed())
    case "sort":
      let arguments = try call.bind(name, ["reverse", "case_sensitive", "attribute"])
      let elements = try elements(value)
      let keys = try keys(elements, arguments[2], isCaseSensitive: arguments[1].isTrue)
      return try list(try order(keys, isReversed: arguments[0].isTrue).map { elements[$0] })
    case "unique":
      let arguments = try call.bind(name, ["case_sensitive", "attribute"])
      let elements = try elements(value)
      let keys = try keys(elements, arguments[1], isCaseSensitive: arguments[0].isTrue)
      let places = Array(elements.indices).map { TemplateValue.integer($0) }
      let firsts = try TemplateDictionary([], []).setting(
        keys.reversed(), places.reversed(), &budget)
      return try iterator(firsts.values.compactMap(\.integer).sorted().map { elements[$0] })
    case "min", "max":
      let arguments = try call.bind(name, ["case_sensitive", "attribute"])
      let elements = try elements(value)
      let keys = try keys(elements, arguments[1], isCaseSensitive: arguments[0].isTrue)
      var best: Int?
      for place in elements.indices {
        guard let found = best else {
          best = place
          continue
        }
        let (a, b) = name == "min" ? (place, found) : (found, place)
        if try keys[a].isLess(keys[b], &budget) { best = place }
      }
      return best.map { elements[$0] } ?? .undefined(name)
    case "sum":
      let arguments = try call.bind(name, ["attribute", "start"])
      var elements = try elements(value)
      if let attribute = arguments[0] { elements = try attributes(attribute, of: elements) }
      var sum = arguments[1] ?? .integer(0)
      for element in elements { sum = try combine(sum, "+", element) }
      return sum
    case "map": return try mapped(value, call)
    case "select", "reject", "selectattr", "rejectattr": return try selected(name, value, call)
    default: return nil
    }
  }

  private mutating func first(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    if let text = value.string {
      return text.unicodeScalars.first.map { .string(String($0)) } ?? .undefined("first")
    }
    guard case .list(let list) = value, case .iterator(let number) = list.kind else {
      return try elements(value).first ?? .undefined("first")
    }
    guard counts[number] < list.elements.count else { return .undefined("first") }
    counts[number] += 1
    return list.elements[counts[number] - 1]
  }

  /// A member of each element; dots lead further in, digits are places.
  mutating func attributes(
    _ attribute: TemplateValue, of elements: [TemplateValue], default standard: TemplateValue? = nil
  ) throws(TemplateError) -> [TemplateValue] {
    var path: [TemplateValue] = [attribute]
    if let text = attribute.string {
      try charge(text.utf8.count * TemplateBudget.step)
      path = TemplateText.split(text, ".").map { part in
        Int(part).map { .integer($0) } ?? .string(part)
      }
    }
    var values: [TemplateValue] = []
    for element in elements {
      try charge(TemplateBudget.step)
      var value = element
      for part in path {
        value = try item(part, of: value)
        if let standard, case .undefined = value { value = standard }
      }
      values.append(value)
    }
    return values
  }

  private mutating func mapped(
    _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    let elements = try elements(value)
    guard let first = call.positional.first else {
      guard let attribute = call.named.first(where: { $0.name == "attribute" })?.value else {
        throw .type("map needs a filter or an attribute")
      }
      let standard = call.named.first { $0.name == "default" }?.value
      for (name, _) in call.named where name != "attribute" && name != "default" {
        throw .type("map takes no argument '\(name)'")
      }
      return try iterator(try attributes(attribute, of: elements, default: standard))
    }
    guard let name = try call.positional.first.word("map") else {
      throw .type("map by \(first.kind)")
    }
    let rest = TemplateCall(positional: Array(call.positional.dropFirst()), named: call.named)
    var values: [TemplateValue] = []
    for element in elements {
      try charge(TemplateBudget.step)
      values.append(try filter(name, element, rest))
    }
    return try iterator(values)
  }

  /// The elements that a test lets through, or does not, perhaps by a member of theirs.
  private mutating func selected(
    _ filter: String, _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    let elements = try elements(value)
    var tested = elements
    var arguments = call.positional[...]
    if filter.hasSuffix("attr") {
      guard let attribute = arguments.popFirst() else {
        throw .type("\(filter) needs an attribute")
      }
      tested = try attributes(attribute, of: elements)
    }
    let test = arguments.popFirst()
    let name = try test.word(filter)
    guard test == nil || name != nil else { throw .type("\(filter) by what is no test") }
    let rest = TemplateCall(positional: Array(arguments), named: call.named)
    var kept: [TemplateValue] = []
    for (element, value) in zip(elements, tested) {
      try charge(TemplateBudget.step)
      let isTrue =
        try name.map { (name) throws(TemplateError) in
          try self.test(name, value, rest)
        } ?? value.isTrue
      if isTrue != filter.hasPrefix("reject") { kept.append(element) }
    }
    return try iterator(kept)
  }
}

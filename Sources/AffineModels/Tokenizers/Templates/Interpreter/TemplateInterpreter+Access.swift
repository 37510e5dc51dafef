extension TemplateInterpreter {
  /// What stands after an expression, from left to right.
  mutating func apply(
    _ postfixes: [TemplatePostfix], to base: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    var value = base
    for postfix in postfixes {
      try charge(TemplateBudget.step)
      switch postfix {
      case .member(let name): value = try member(name, of: value)
      case .item(let index): value = try item(try evaluate(index), of: value)
      case .slice(let parts): value = try slice(parts, of: value)
      case .call(let arguments): value = try call(value, try evaluate(arguments))
      case .method(let name, let arguments):
        value = try callMethod(name, of: value, try evaluate(arguments))
      case .filter(let name, let arguments):
        value = try filter(name, value, try evaluate(arguments))
      case .test(let name, let arguments, let isNegated):
        value = .boolean(try test(name, value, try evaluate(arguments)) != isNegated)
      }
    }
    return value
  }

  /// `value.name`: Python's own attributes go before members.
  mutating func member(
    _ name: String, of value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .undefined(let whole): throw .undefined(whole)
    case .namespace(let number):
      return try namespaces[number].value(.string(name), &budget) ?? .undefined(name)
    case .loop(let number): return try member(name, ofLoop: number)
    case .dictionary(let dictionary):
      try TemplateAttributes.refuse(name, of: value)
      return try dictionary.value(.string(name), &budget) ?? .undefined(name)
    default:
      try TemplateAttributes.refuse(name, of: value)
      return .undefined(name)
    }
  }

  /// `value[index]`: members go before Python's own attributes.
  mutating func item(
    _ index: TemplateValue, of value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .undefined(let name): throw .undefined(name)
    case .dictionary(let dictionary) where index.isHashable:
      if let found = try dictionary.value(index, &budget) { return found }
    case .list(let list) where list.isIndexed:
      if let number = index.integer {
        return Self.place(number, list.elements.count).map { list.elements[$0] }
          ?? .undefined("[\(number)]")
      }
    case .string(let text), .markup(let text):
      if let number = index.integer { return try character(number, of: text) }
    case .namespace, .loop: break
    default: break
    }
    if let name = index.string {
      if case .dictionary = value {
        try TemplateAttributes.refuse(name, of: value)
        return .undefined(name)
      }
      return try member(name, of: value)
    }
    return .undefined("[\(index.kind)]")
  }

  private mutating func character(
    _ index: Int, of text: String
  ) throws(TemplateError) -> TemplateValue {
    try charge(text.utf8.count)
    let characters = Array(text.unicodeScalars)
    return Self.place(index, characters.count).map { .string(String(characters[$0])) }
      ?? .undefined("[\(index)]")
  }

  /// The place of an index, which counts from the end below zero.
  private static func place(_ index: Int, _ count: Int) -> Int? {
    let place = index < 0 ? index + count : index
    return (0..<count).contains(place) ? place : nil
  }

  private mutating func slice(
    _ parts: [TemplateExpression?], of value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    var numbers: [Int?] = []
    for part in parts {
      guard let part else {
        numbers.append(nil)
        continue
      }
      let bound: TemplateValue? = try evaluate(part)
      numbers.append(try bound.integer("a slice by a bound"))
    }
    switch value {
    case .list(let list) where list.isIndexed:
      return try self.list(try TemplateSlice.elements(list.elements, numbers), list.kind)
    case .string(let text):
      try chargeCharacters(of: text)
      return .string(
        TemplateText.string(try TemplateSlice.elements(Array(text.unicodeScalars), numbers)))
    case .undefined(let name): throw .undefined(name)
    default: throw .type("a slice of \(value.kind)")
    }
  }

  // MARK: Loops

  private mutating func member(
    _ name: String, ofLoop number: Int
  ) throws(TemplateError) -> TemplateValue {
    let (index, count) = (loops[number].index, loops[number].elements.count)
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "revindex": return .integer(count - index)
    case "revindex0": return .integer(count - index - 1)
    case "first": return .boolean(index == 0)
    case "last": return .boolean(index == count - 1)
    case "length": return .integer(count)
    case "depth": return .integer(loops[number].depth)
    case "depth0": return .integer(loops[number].depth - 1)
    case "previtem": return index > 0 ? loops[number].elements[index - 1] : .undefined(name)
    case "nextitem":
      return index + 1 < count ? loops[number].elements[index + 1] : .undefined(name)
    case "cycle", "changed": throw .unsupported("the method '\(name)' as a value")
    default: return .undefined(name)
    }
  }

  mutating func callMethod(
    _ name: String, ofLoop number: Int, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    guard call.named.isEmpty else { throw .type("\(name) takes no named argument") }
    switch name {
    case "cycle":
      guard !call.positional.isEmpty else { throw .type("cycle needs an argument") }
      return call.positional[loops[number].index % call.positional.count]
    case "changed":
      defer { loops[number].seen = call.positional }
      guard let seen = loops[number].seen, seen.count == call.positional.count else {
        return .boolean(true)
      }
      for (old, new) in zip(seen, call.positional) where !(try old.isEqual(new, &budget)) {
        return .boolean(true)
      }
      return .boolean(false)
    default: throw .type("a loop has no method '\(name)'")
    }
  }
}

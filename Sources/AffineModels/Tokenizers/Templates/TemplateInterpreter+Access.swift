extension TemplateInterpreter {
  /// What stands after an expression, from left to right.
  mutating func apply(
    _ postfixes: [TemplatePostfix], to base: TemplateExpression
  ) throws(TemplateError) -> TemplateValue {
    var value = try evaluate(base)
    for postfix in postfixes {
      try charge(1)
      switch postfix {
      case .member(let name): value = try member(name, of: value)
      case .item(let index): value = try item(try evaluate(index), of: value)
      case .slice(let parts): value = try slice(parts, of: value)
      case .method(let name, let arguments):
        value = try callMethod(name, of: value, try evaluate(arguments))
      case .filter(let name, let arguments):
        value = try filter(name, value, try evaluate(arguments))
      case .test(let name, let isNegated):
        value = .boolean(try test(name, value) != isNegated)
      }
    }
    return value
  }

  private func member(_ name: String, of value: TemplateValue) throws(TemplateError)
    -> TemplateValue
  {
    switch value {
    case .undefined(let whole): throw .undefined(whole)
    case .dictionary: value.member(name) ?? .undefined(name)
    case .namespace(let number): member(name, ofNamespace: number)
    case .none, .boolean, .integer, .string, .list: .undefined(name)
    }
  }

  private mutating func item(
    _ index: TemplateValue, of value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    if case .string(let name) = index { return try member(name, of: value) }
    if case .undefined(let name) = value { throw .undefined(name) }
    guard let number = index.number else { throw .type("\(value.kind) at \(index.kind)") }
    guard case .list(let elements) = value else {
      guard case .string(let text) = value else { return .undefined("[\(number)]") }
      try charge(text.utf8.count)
      let characters = Array(text.unicodeScalars)
      guard let place = Self.place(number, characters.count) else {
        return .undefined("[\(number)]")
      }
      return .string(String(characters[place]))
    }
    guard let place = Self.place(number, elements.count) else { return .undefined("[\(number)]") }
    return elements[place]
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
      let value = try evaluate(part)
      if case .none = value {
        numbers.append(nil)
        continue
      }
      guard let number = value.number else { throw .type("a slice by \(value.kind)") }
      numbers.append(number)
    }
    try charge(value.size)
    switch value {
    case .list(let elements): return .list(try Self.slice(elements, numbers))
    case .string(let text):
      var sliced = String.UnicodeScalarView()
      sliced.append(contentsOf: try Self.slice(Array(text.unicodeScalars), numbers))
      return .string(String(sliced))
    case .undefined(let name): throw .undefined(name)
    default: throw .type("a slice of \(value.kind)")
    }
  }

  private static func slice<Element>(
    _ elements: [Element], _ numbers: [Int?]
  ) throws(TemplateError) -> [Element] {
    let step = (numbers.count > 2 ? numbers[2] : nil) ?? 1
    guard step != 0 else { throw .type("a slice with a step of zero") }
    let count = elements.count
    let last = step > 0 ? count : count - 1
    let first = step > 0 ? 0 : -1
    func bound(_ number: Int?, _ missing: Int) -> Int {
      guard let number else { return missing }
      return min(max(number < 0 ? number + count : number, first), last)
    }
    let start = bound(numbers[0], step > 0 ? first : last)
    let end = bound(numbers[1], step > 0 ? last : first)
    return stride(from: start, to: end, by: step).map { elements[$0] }
  }

  private func test(_ name: String, _ value: TemplateValue) throws(TemplateError) -> Bool {
    switch (name, value) {
    case ("defined", .undefined), ("none", .none), ("string", .string), ("boolean", .boolean),
      ("integer", .integer), ("number", .integer), ("number", .boolean),
      ("mapping", .dictionary), ("sequence", .string), ("sequence", .list),
      ("sequence", .dictionary), ("sequence", .undefined), ("iterable", .string),
      ("iterable", .list), ("iterable", .dictionary), ("iterable", .undefined):
      return name != "defined"
    case ("defined", _): return true
    case ("undefined", .undefined): return true
    case ("true", .boolean(let value)): return value
    case ("false", .boolean(let value)): return !value
    case ("odd", _), ("even", _):
      guard let number = value.number else { throw .type("\(value.kind) is \(name)") }
      return number.isMultiple(of: 2) == (name == "even")
    case ("undefined", _), ("none", _), ("string", _), ("boolean", _), ("integer", _),
      ("number", _), ("mapping", _), ("sequence", _), ("iterable", _), ("true", _), ("false", _):
      return false
    default: throw .unsupported("the test '\(name)'")
    }
  }
}

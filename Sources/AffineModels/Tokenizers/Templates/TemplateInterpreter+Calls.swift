/// What something is called with.
struct TemplateCall {
  let positional: [TemplateValue]
  let named: [(name: String, value: TemplateValue)]

  /// An argument by its place or its name.
  func value(_ place: Int, _ name: String) -> TemplateValue? {
    positional.indices.contains(place)
      ? positional[place] : named.first { $0.name == name }?.value
  }

  /// A string by its place, or nothing if there is none.
  func text(_ place: Int) throws(TemplateError) -> String? {
    guard positional.indices.contains(place) else { return nil }
    if case .none = positional[place] { return nil }
    guard case .string(let text) = positional[place] else {
      throw .type("\(positional[place].kind) where a string must be")
    }
    return text
  }
}

extension TemplateInterpreter {
  mutating func evaluate(_ arguments: TemplateArguments) throws(TemplateError) -> TemplateCall {
    var named: [(name: String, value: TemplateValue)] = []
    for (name, expression) in arguments.named { named.append((name, try evaluate(expression))) }
    return TemplateCall(positional: try evaluate(arguments.positional), named: named)
  }

  /// A function's value.
  mutating func call(
    _ name: String, _ arguments: TemplateArguments
  ) throws(TemplateError) -> TemplateValue {
    let call = try evaluate(arguments)
    switch name {
    case "raise_exception": throw .raised(try text(of: call.value(0, "message") ?? .none))
    case "namespace":
      guard call.positional.isEmpty else { throw .unsupported("a namespace of a dictionary") }
      var members: [String: TemplateValue] = [:]
      for (name, value) in call.named {
        if case .namespace = value { throw .unsupported("a namespace in a namespace") }
        members[name] = value
      }
      return makeNamespace(members)
    case "range": return try range(call)
    default:
      if case .undefined = value(name) { throw .unsupported("the function '\(name)'") }
      throw .type("'\(name)' is no function")
    }
  }

  private mutating func range(_ call: TemplateCall) throws(TemplateError) -> TemplateValue {
    let numbers = call.positional.compactMap(\.number)
    guard numbers.count == call.positional.count, (1...3).contains(numbers.count) else {
      throw .type("a range of what are not one to three numbers")
    }
    let start = numbers.count == 1 ? 0 : numbers[0]
    let end = numbers.count == 1 ? numbers[0] : numbers[1]
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw .type("a range with a step of zero") }
    var elements: [TemplateValue] = []
    for number in stride(from: start, to: end, by: step) {
      try charge(1)
      elements.append(.integer(number))
    }
    return .list(elements)
  }

  mutating func callMethod(
    _ name: String, of value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    try charge(value.size)
    switch (value, name) {
    case (.undefined(let whole), _): throw .undefined(whole)
    case (.string(let text), _): return try callMethod(name, of: text, call)
    case (.dictionary(let members), "items"):
      return .list(members.map { .list([.string($0.key), $0.value]) })
    case (.dictionary(let members), "keys"): return .list(members.map { .string($0.key) })
    case (.dictionary(let members), "values"): return .list(members.map(\.value))
    case (.dictionary, "get"):
      guard let key = try call.text(0) else { throw .type("get() without a key") }
      return value.member(key) ?? call.value(1, "default") ?? .none
    default: throw .unsupported("the method '\(name)' of \(value.kind)")
    }
  }

  private mutating func callMethod(
    _ name: String, of text: String, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    let first = try call.text(0)
    switch name {
    case "strip": return .string(TemplateText.stripped(text, of: first, .both))
    case "lstrip": return .string(TemplateText.stripped(text, of: first, .first))
    case "rstrip": return .string(TemplateText.stripped(text, of: first, .last))
    case "upper": return .string(text.uppercased())
    case "lower": return .string(text.lowercased())
    case "startswith": return .boolean(text.utf8.starts(with: (first ?? "").utf8))
    case "endswith":
      return .boolean(text.utf8.reversed().starts(with: (first ?? "").utf8.reversed()))
    case "split":
      guard call.positional.count < 2 else { throw .unsupported("split() with a limit") }
      guard let first else { return .list(TemplateText.words(text).map { .string($0) }) }
      guard !first.isEmpty else { throw .type("split() with an empty separator") }
      try charge(TemplateText.work(first, in: text))
      return .list(TemplateText.split(text, first).map { .string($0) })
    case "replace": return .string(try replacing(text, call))
    default: throw .unsupported("the method '\(name)' of a string")
    }
  }

  mutating func replacing(_ text: String, _ call: TemplateCall) throws(TemplateError) -> String {
    guard call.positional.count == 2, let old = try call.text(0), let new = try call.text(1),
      !old.isEmpty
    else { throw .unsupported("replace() without two strings") }
    try charge(TemplateText.work(old, in: text))
    // Paid for before it is made: as if the new string stood wherever the old one can.
    let (most, overflow) = (text.utf8.count / old.utf8.count).multipliedReportingOverflow(
      by: new.utf8.count)
    try charge(overflow ? .max : most)
    return TemplateText.replacing(text, old, with: new)
  }
}

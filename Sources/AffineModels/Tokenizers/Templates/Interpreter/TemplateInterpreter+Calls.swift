extension TemplateInterpreter {
  mutating func evaluate(_ arguments: TemplateArguments) throws(TemplateError) -> TemplateCall {
    if arguments.isSpread { throw .unsupported("'*' before an argument") }
    var named: [(name: String, value: TemplateValue)] = []
    for (name, expression) in arguments.named { named.append((name, try evaluate(expression))) }
    return TemplateCall(positional: try evaluate(arguments.positional), named: named)
  }

  /// What a value returns when it is called.
  mutating func call(
    _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .function(let function): return try self.call(function, call)
    case .macro(let number): return .string(try text(ofMacro: number, call))
    case .loop(let number):
      guard loops[number].loop.isRecursive else { throw .type("the loop is not recursive") }
      guard let sequence = try call.bind("loop", ["iterable"], required: 1)[0] else {
        return .string("")
      }
      let (loop, depth) = (loops[number].loop, loops[number].depth)
      return .string(
        try captured { (interpreter) throws(TemplateError) in
          _ = try interpreter.run(loop, over: sequence, depth: depth + 1)
        })
    case .undefined(let name): throw .unsupported("the function '\(name)'")
    default: throw .type("\(value.kind) is no function")
    }
  }

  private mutating func call(
    _ function: TemplateFunction, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    switch function {
    case .raiseException:
      let message = try call.bind("raise_exception", ["message"], required: 1)[0]
      throw .raised(try text(of: message ?? .none))
    case .strftimeNow:
      let format = try call.bind("strftime_now", ["format"], required: 1)[0]
      guard let format = try format.text("strftime_now") else { throw .type("a time of none") }
      try charge(format.utf8.count * TemplateBudget.step)
      return .string(try time.formatted(format))
    case .namespace:
      guard case .dictionary(let members) = try dictionary(call) else { return .none }
      namespaces.append(members)
      return .namespace(namespaces.count - 1)
    case .dict: return try dictionary(call)
    case .range: return try range(call)
    case .joiner, .cycler, .lipsum:
      throw .unsupported("the function '\(function.rawValue)'")
    }
  }

  /// A dictionary of one, or of pairs, and of named values.
  private mutating func dictionary(_ call: TemplateCall) throws(TemplateError) -> TemplateValue {
    guard call.positional.count < 2 else { throw .type("a dictionary of several values") }
    var result = try TemplateDictionary([], [])
    if let first = call.positional.first {
      guard case .dictionary(let members) = first else {
        throw .unsupported("a dictionary of \(first.kind)")
      }
      result = members
    }
    return .dictionary(
      try result.setting(call.named.map { .string($0.name) }, call.named.map(\.value), &budget))
  }

  private mutating func range(_ call: TemplateCall) throws(TemplateError) -> TemplateValue {
    let numbers = call.positional.compactMap(\.integer)
    guard numbers.count == call.positional.count, (1...3).contains(numbers.count),
      call.named.isEmpty
    else { throw .type("a range of what are not one to three whole numbers") }
    let start = numbers.count == 1 ? 0 : numbers[0]
    let end = numbers.count == 1 ? numbers[0] : numbers[1]
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw .type("a range with a step of zero") }
    var elements: [TemplateValue] = []
    for number in stride(from: start, to: end, by: step) {
      try charge(TemplateBudget.step)
      elements.append(.integer(number))
    }
    return try list(elements, .range)
  }

  // MARK: Macros

  mutating func makeMacro(_ macro: TemplateMacro) -> TemplateValue {
    macros.append(Macro(macro: macro, scope: scopes[scopes.count - 1].number))
    return .macro(macros.count - 1)
  }

  /// What a macro writes: it sees the blocks that it stands in, and its parameters.
  private mutating func text(
    ofMacro number: Int, _ call: TemplateCall
  ) throws(TemplateError) -> String {
    let macro = macros[number].macro
    guard let place = scopes.lastIndex(where: { $0.number == macros[number].scope }) else {
      throw .unsupported("the macro '\(macro.name)' outside of its block")
    }
    let hidden = Array(scopes[(place + 1)...])
    scopes.removeLast(hidden.count)
    defer { scopes += hidden }
    return try captured { (interpreter) throws(TemplateError) in
      try interpreter.scoped { (interpreter) throws(TemplateError) in
        try interpreter.bind(macro, call)
        _ = try interpreter.follow(macro.body)
      }
    }
  }

  private mutating func bind(
    _ macro: TemplateMacro, _ call: TemplateCall
  ) throws(TemplateError) {
    let names = macro.parameters.map(\.name)
    var values = [TemplateValue?](repeating: nil, count: names.count)
    var others: [(name: String, value: TemplateValue)] = []
    for (place, value) in call.positional.prefix(names.count).enumerated() { values[place] = value }
    for (name, value) in call.named {
      if let place = names.firstIndex(of: name) {
        guard values[place] == nil else {
          throw .type("the macro '\(macro.name)' has two arguments '\(name)'")
        }
        values[place] = value
      } else if name == "caller", macro.extras.contains(name) {
        set(name, value)
      } else {
        others.append((name, value))
      }
    }
    let rest = Array(call.positional.dropFirst(names.count))
    guard rest.isEmpty || macro.extras.contains("varargs") else {
      throw .type("the macro '\(macro.name)' takes \(names.count) arguments")
    }
    guard macro.extras.contains("kwargs") || others.isEmpty else {
      throw .type("the macro '\(macro.name)' takes no argument '\(others[0].name)'")
    }
    if macro.extras.contains("varargs") { set("varargs", try list(rest, .tuple)) }
    if macro.extras.contains("kwargs") {
      set("kwargs", try dictionary(TemplateCall(positional: [], named: others)))
    }
    if macro.extras.contains("caller"), !call.named.contains(where: { $0.name == "caller" }) {
      set("caller", .undefined("caller"))
    }
    for (place, parameter) in macro.parameters.enumerated() {
      var value = values[place]
      if value == nil, let standard = parameter.value { value = try evaluate(standard) }
      set(parameter.name, value ?? .undefined(parameter.name))
    }
  }
}

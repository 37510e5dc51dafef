extension TemplateInterpreter {
  /// Where a body's end leads.
  enum Flow {
    case on, nextTurn, endOfLoop
  }

  mutating func follow(_ nodes: [TemplateNode]) throws(TemplateError) -> Flow {
    try budget.enter()
    defer { budget.leave() }
    for node in nodes {
      try charge(TemplateBudget.step)
      let flow = try follow(node)
      if flow != .on { return flow }
    }
    return .on
  }

  private mutating func follow(_ node: TemplateNode) throws(TemplateError) -> Flow {
    switch node {
    case .text(let text): try write(text)
    case .output(let expression): try write(try text(of: try evaluate(expression)))
    case .conditional(let branches, let otherwise):
      for (condition, body) in branches where try evaluate(condition).isTrue {
        return try follow(body)
      }
      return try follow(otherwise)
    case .loop(let loop): return try follow(loop)
    case .set(let target, let expression): try set(target, try evaluate(expression))
    case .capture(let target, let filters, let body):
      let text = try captured { (interpreter) throws(TemplateError) in
        try interpreter.scoped { (interpreter) throws(TemplateError) in
          _ = try interpreter.follow(body)
        }
      }
      let value = try apply(filters, to: .string(text))
      if let target { try set(target, value) } else { try write(try self.text(of: value)) }
    case .scope(let values, let body):
      var evaluated: [TemplateValue] = []
      for (_, value) in values { evaluated.append(try evaluate(value)) }
      pushScope()
      for ((target, _), value) in zip(values, evaluated) { try set(target, value) }
      defer { popScope() }
      return try follow(body)
    case .macro(let macro): set(macro.name, makeMacro(macro))
    case .call(let expression, let caller):
      let macro = makeMacro(caller)
      try scoped { (interpreter) throws(TemplateError) in
        interpreter.set(TemplateMacro.caller, macro)
        try interpreter.write(try interpreter.text(of: try interpreter.evaluate(expression)))
      }
    case .leaveTurn: return .nextTurn
    case .leaveLoop: return .endOfLoop
    case .unsupported(let what): throw .unsupported(what)
    }
    return .on
  }

  /// Runs what has a block of its own.
  mutating func scoped(
    _ body: (inout TemplateInterpreter) throws(TemplateError) -> Void
  ) throws(TemplateError) {
    pushScope()
    defer { popScope() }
    try body(&self)
  }

  private mutating func follow(_ loop: TemplateLoop) throws(TemplateError) -> Flow {
    try run(loop, over: try evaluate(loop.sequence), depth: 1)
  }

  /// Runs a loop over what a sequence has.
  mutating func run(
    _ loop: TemplateLoop, over sequence: TemplateValue, depth: Int
  ) throws(TemplateError) -> Flow {
    let elements = try kept(try self.elements(sequence), loop)
    guard !elements.isEmpty else { return try follow(loop.otherwise) }
    let number = loops.count
    loops.append(Loop(loop: loop, depth: depth, elements: elements))
    for (index, element) in elements.enumerated() {
      try charge(2 * TemplateBudget.step)
      loops[number].index = index
      pushScope()
      set("loop", .loop(number))
      try set(loop.target, element)
      let flow = try follow(loop.body)
      popScope()
      if flow == .endOfLoop { break }
    }
    return .on
  }

  /// The elements that a loop's condition lets through.
  private mutating func kept(
    _ elements: [TemplateValue], _ loop: TemplateLoop
  ) throws(TemplateError) -> [TemplateValue] {
    guard let condition = loop.condition else { return elements }
    var kept: [TemplateValue] = []
    for element in elements {
      try charge(TemplateBudget.step)
      pushScope()
      try set(loop.target, element)
      if try evaluate(condition).isTrue { kept.append(element) }
      popScope()
    }
    return kept
  }
}

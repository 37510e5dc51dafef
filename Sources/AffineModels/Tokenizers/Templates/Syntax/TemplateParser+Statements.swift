extension TemplateParser {
  mutating func statement(_ keyword: String) throws(TemplateError) -> TemplateNode {
    switch keyword {
    case "if": return try conditional()
    case "for": return try loop()
    case "set": return try set()
    case "with": return try with()
    case "filter":
      let filters = try filters()
      try endTag()
      return .capture(nil, filters: filters, try functionBody(until: "endfilter"))
    case "macro": return try macro()
    case "call": return try call()
    // Marks what a model says; nothing is asked of the marks here.
    case "generation":
      try endTag()
      return .scope([], try functionBody(until: "endgeneration"))
    case "break", "continue":
      guard loopCount > 0 else { throw error("'\(keyword)' stands in no loop") }
      try endTag()
      return keyword == "break" ? .leaveLoop : .leaveTurn
    case "include", "import", "from":
      while let next, next != .end { advance() }
      try endTag()
      return .unsupported("the statement '\(keyword)'")
    case _ where keyword.hasPrefix("end"), "elif", "else": throw error("'\(keyword)' ends nothing")
    default: throw .unsupported("the statement '\(keyword)'")
    }
  }

  private mutating func conditional() throws(TemplateError) -> TemplateNode {
    var branches: [(condition: TemplateExpression, body: [TemplateNode])] = []
    while true {
      let condition = try tuple()
      try endTag()
      let (body, keyword) = try nodes(until: ["elif", "else", "endif"])
      branches.append((condition, body))
      if keyword == "elif" { continue }
      try endTag()
      guard keyword == "else" else { return .conditional(branches, otherwise: []) }
      return .conditional(branches, otherwise: try self.body(until: "endif"))
    }
  }

  private mutating func loop() throws(TemplateError) -> TemplateNode {
    let target = try target(withMembers: false)
    guard take(name: "in") else { throw error("'in' must stand here") }
    // Without a conditional: `if` filters what is looped over.
    let sequence = try tuple(withConditional: false)
    let condition = take(name: "if") ? try expression() : nil
    let isRecursive = take(name: "recursive")
    try endTag()
    loopCount += 1
    let (body, keyword) = try nodes(until: ["else", "endfor"])
    loopCount -= 1
    try endTag()
    let otherwise = keyword == "else" ? try self.body(until: "endfor") : []
    return .loop(
      TemplateLoop(
        target: target, sequence: sequence, condition: condition, isRecursive: isRecursive,
        body: body, otherwise: otherwise))
  }

  /// Names to give values to: `a`, `a, b`, `(a, b)`, and members of namespaces where `set` has them.
  private mutating func target(withMembers: Bool) throws(TemplateError) -> TemplateTarget {
    try enter()
    defer { leave() }
    var targets: [TemplateTarget] = []
    var isTuple = false
    repeat {
      if take("(") {
        targets.append(try target(withMembers: withMembers))
        try expect(")")
      } else if case .name(let name) = next, !isTuple || name != "in" {
        advance()
        let isMember = withMembers && take(".")
        targets.append(isMember ? .member(name, try self.name()) : .name(name))
      } else if isTuple {
        break
      } else {
        throw error("a name must stand here")
      }
      guard take(",") else { break }
      isTuple = true
    } while true
    return isTuple ? .several(targets) : targets[0]
  }

  private mutating func set() throws(TemplateError) -> TemplateNode {
    let target = try target(withMembers: true)
    if take("=") {
      let value = try tuple()
      try endTag()
      return .set(target, value)
    }
    let filters = take("|") ? try filters() : []
    try endTag()
    return .capture(target, filters: filters, try functionBody(until: "endset"))
  }

  private mutating func with() throws(TemplateError) -> TemplateNode {
    var values: [(target: TemplateTarget, value: TemplateExpression)] = []
    while next != .end {
      if !values.isEmpty { try expect(",") }
      let target = TemplateTarget.name(try name())
      try expect("=")
      values.append((target, try expression()))
    }
    try endTag()
    return .scope(values, try body(until: "endwith"))
  }

  /// `filter` and those after it, without the first `|`.
  private mutating func filters() throws(TemplateError) -> [TemplatePostfix] {
    var filters: [TemplatePostfix] = []
    repeat {
      let name = try dottedName()
      filters.append(.filter(name, take("(") ? try arguments() : TemplateArguments()))
    } while take("|")
    return filters
  }

  /// A body that is a function of its own, which no `break` leaves.
  private mutating func functionBody(
    until keyword: String
  ) throws(TemplateError) -> [TemplateNode] {
    let count = loopCount
    loopCount = 0
    defer { loopCount = count }
    return try body(until: keyword)
  }

  private mutating func macro() throws(TemplateError) -> TemplateNode {
    let name = try name()
    try expect("(")
    let parameters = try parameters()
    try endTag()
    return .macro(try macro(name, parameters, until: "endmacro"))
  }

  private mutating func parameters() throws(TemplateError) -> TemplateMacro.Parameters {
    var parameters: TemplateMacro.Parameters = []
    while !take(")") {
      let name = try name()
      parameters.append((name, take("=") ? try expression() : nil))
      if !take(",") {
        try expect(")")
        break
      }
    }
    return parameters
  }

  private mutating func macro(
    _ name: String, _ parameters: TemplateMacro.Parameters, until keyword: String
  ) throws(TemplateError) -> TemplateMacro {
    let outer = extras
    extras = []
    defer { extras.formUnion(outer) }
    let body = try functionBody(until: keyword)
    return TemplateMacro(name: name, parameters: parameters, body: body, extras: extras)
  }

  private mutating func call() throws(TemplateError) -> TemplateNode {
    let parameters = take("(") ? try parameters() : []
    guard case .postfix(let base, var postfixes) = try expression(), let last = postfixes.popLast()
    else { throw error("a call must stand here") }
    let caller = (name: "caller", value: TemplateExpression.name(TemplateMacro.caller))
    switch last {
    case .call(var arguments):
      arguments.named.append(caller)
      postfixes.append(.call(arguments))
    case .method(let name, var arguments):
      arguments.named.append(caller)
      postfixes.append(.method(name, arguments))
    default: throw error("a call must stand here")
    }
    try endTag()
    return .call(
      .postfix(base, postfixes), caller: try macro("caller", parameters, until: "endcall"))
  }
}

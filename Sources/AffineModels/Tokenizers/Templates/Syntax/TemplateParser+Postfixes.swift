extension TemplateParser {
  /// What stands between brackets of a call, the first of which is taken.
  mutating func arguments() throws(TemplateError) -> TemplateArguments {
    var arguments = TemplateArguments()
    while !take(")") {
      if take("*") || take("**") { arguments.isSpread = true }
      let value = try expression()
      if case .name(let name) = value, take("=") {
        arguments.named.append((name, try expression()))
      } else {
        arguments.positional.append(value)
      }
      if !take(",") {
        try expect(")")
        break
      }
    }
    return arguments
  }

  mutating func postfixes(isFiltered: Bool) throws(TemplateError) -> [TemplatePostfix] {
    var postfixes: [TemplatePostfix] = []
    while true {
      if take(".") {
        let name = try name()
        postfixes.append(take("(") ? .method(name, try arguments()) : .member(name))
      } else if take("[") {
        postfixes.append(try item())
      } else if take("(") {
        postfixes.append(.call(try arguments()))
      } else if isFiltered, take("|") {
        let name = try dottedName()
        postfixes.append(.filter(name, take("(") ? try arguments() : TemplateArguments()))
      } else if isFiltered, take(name: "is") {
        postfixes.append(try test())
      } else {
        return postfixes
      }
    }
  }

  mutating func dottedName() throws(TemplateError) -> String {
    var name = try name()
    while take(".") { name += "." + (try self.name()) }
    return name
  }

  /// A test, after `is`; one argument may stand without brackets.
  private mutating func test() throws(TemplateError) -> TemplatePostfix {
    let isNegated = take(name: "not")
    let name = try dottedName()
    var arguments = TemplateArguments()
    switch next {
    case .symbol("("):
      advance()
      arguments = try self.arguments()
    case .name("and"), .name("or"), .name("else"), .name("is"), .name("if"), .name("in"): break
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
      try enter()
      defer { leave() }
      let first = try primary()
      let rest = try postfixes(isFiltered: false)
      arguments.positional = [rest.isEmpty ? first : .postfix(first, rest)]
    default: break
    }
    return .test(name, arguments, isNegated: isNegated)
  }

  /// `[index]` or `[start:end:step]`, the first bracket of which is taken.
  private mutating func item() throws(TemplateError) -> TemplatePostfix {
    var parts: [TemplateExpression?] = [nil]
    while !take("]") {
      if take(":") {
        guard parts.count < 3 else { throw error("a slice has three parts at most") }
        parts.append(nil)
      } else {
        guard case nil = parts[parts.count - 1] else { throw error("']' must stand here") }
        parts[parts.count - 1] = try expression()
      }
    }
    guard parts.count == 1 else { return .slice(parts) }
    guard let index = parts[0] else { throw error("an index must stand here") }
    return .item(index)
  }
}

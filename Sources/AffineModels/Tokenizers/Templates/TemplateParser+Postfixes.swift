extension TemplateParser {
  /// What stands between brackets of a call, the first of which is taken.
  mutating func arguments() throws(TemplateError) -> TemplateArguments {
    var arguments = TemplateArguments()
    while !take(")") {
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
      } else if isFiltered, take("|") {
        let name = try name()
        postfixes.append(.filter(name, take("(") ? try arguments() : TemplateArguments()))
      } else if isFiltered, take(name: "is") {
        let isNegated = take(name: "not")
        postfixes.append(.test(try name(), isNegated: isNegated))
      } else if next == .symbol("(") {
        throw .unsupported("a call of what is no name")
      } else {
        return postfixes
      }
    }
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

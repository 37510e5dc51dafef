extension TemplateParser {
  /// An expression, or a tuple of several with commas between them.
  mutating func tuple(withConditional: Bool = true) throws(TemplateError) -> TemplateExpression {
    let first = try withConditional ? expression() : binary(0)
    guard next == .symbol(",") else { return first }
    var elements = [first]
    while take(",") {
      if next == .end || next == .symbol(")") { break }
      elements.append(try withConditional ? expression() : binary(0))
    }
    return .tuple(elements)
  }

  /// An expression; `a if b else c` binds least.
  mutating func expression() throws(TemplateError) -> TemplateExpression {
    try enter()
    defer { leave() }
    let value = try binary(0)
    guard take(name: "if") else { return value }
    let condition = try binary(0)
    let otherwise = take(name: "else") ? try expression() : nil
    return .conditional(value, if: condition, else: otherwise)
  }

  /// How tightly operators bind, the loosest first.
  private enum Level: Int {
    case or, and, not, comparison, sum, concatenation, product, power, unary
  }

  /// An expression of operators that bind at least as tightly as those of a level.
  mutating func binary(_ level: Int) throws(TemplateError) -> TemplateExpression {
    switch Level(rawValue: level) ?? .unary {
    case .or:
      let parts = try parts(level, separatedBy: "or")
      return parts.count == 1 ? parts[0] : .any(parts)
    case .and:
      let parts = try parts(level, separatedBy: "and")
      return parts.count == 1 ? parts[0] : .all(parts)
    case .not:
      guard take(name: "not") else { return try binary(level + 1) }
      try enter()
      defer { leave() }
      return .not(try binary(level))
    case .comparison: return try comparison(level)
    case .sum: return try arithmetic(level, ["+", "-"])
    case .concatenation:
      var parts = [try binary(level + 1)]
      while take("~") { parts.append(try binary(level + 1)) }
      return parts.count == 1 ? parts[0] : .concatenation(parts)
    case .product: return try arithmetic(level, ["*", "/", "//", "%"])
    case .power: return try arithmetic(level, ["**"])
    case .unary: return try unary()
    }
  }

  private mutating func parts(
    _ level: Int, separatedBy name: String
  ) throws(TemplateError) -> [TemplateExpression] {
    var parts = [try binary(level + 1)]
    while take(name: name) { parts.append(try binary(level + 1)) }
    return parts
  }

  private mutating func arithmetic(
    _ level: Int, _ symbols: [String]
  ) throws(TemplateError) -> TemplateExpression {
    let first = try binary(level + 1)
    var rest: [(symbol: String, operand: TemplateExpression)] = []
    while case .symbol(let symbol) = next, symbols.contains(symbol) {
      advance()
      rest.append((symbol, try binary(level + 1)))
    }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }

  private mutating func comparison(_ level: Int) throws(TemplateError) -> TemplateExpression {
    let first = try binary(level + 1)
    var rest: [(symbol: String, operand: TemplateExpression)] = []
    while let symbol = try comparisonSymbol() { rest.append((symbol, try binary(level + 1))) }
    return rest.isEmpty ? first : .comparison(first, rest)
  }

  private mutating func comparisonSymbol() throws(TemplateError) -> String? {
    if take(name: "in") { return "in" }
    if take(name: "not") {
      guard take(name: "in") else { throw error("'in' must stand here") }
      return "not in"
    }
    guard case .symbol(let symbol) = next, ["==", "!=", "<", "<=", ">", ">="].contains(symbol)
    else { return nil }
    advance()
    return symbol
  }

  /// A sign binds less than members and calls, and tighter than filters and tests.
  private mutating func unary(isFiltered: Bool = true) throws(TemplateError) -> TemplateExpression {
    try enter()
    defer { leave() }
    let first: TemplateExpression
    if take("-") {
      first = .signed(isNegative: true, try unary(isFiltered: false))
    } else if take("+") {
      first = .signed(isNegative: false, try unary(isFiltered: false))
    } else {
      first = try primary()
    }
    let rest = try postfixes(isFiltered: isFiltered)
    return rest.isEmpty ? first : .postfix(first, rest)
  }

  mutating func primary() throws(TemplateError) -> TemplateExpression {
    guard let kind = next else { throw error("an expression must stand here") }
    advance()
    switch kind {
    case .integer(let number): return .literal(.integer(number))
    case .float(let number): return .literal(.float(number))
    case .string(var text):
      while case .string(let more) = next {
        text += more
        advance()
      }
      return .literal(.string(text))
    case .name(let name): return try named(name)
    case .symbol("("):
      if take(")") { return .tuple([]) }
      let value = try tuple()
      try expect(")")
      return value
    case .symbol("["): return .list(try list(until: "]"))
    case .symbol("{"): return .dictionary(try members())
    default: throw error("an expression must stand here")
    }
  }

  private mutating func named(_ name: String) throws(TemplateError) -> TemplateExpression {
    switch name {
    case "true", "True": return .literal(.boolean(true))
    case "false", "False": return .literal(.boolean(false))
    case "none", "None": return .literal(.none)
    case "and", "or", "not", "in", "is", "if", "else": throw error("'\(name)' is no expression")
    default:
      if TemplateMacro.extraNames.contains(name) { extras.insert(name) }
      return .name(name)
    }
  }

  private mutating func list(until end: String) throws(TemplateError) -> [TemplateExpression] {
    var elements: [TemplateExpression] = []
    while !take(end) {
      elements.append(try expression())
      if !take(",") {
        try expect(end)
        break
      }
    }
    return elements
  }

  private mutating func members() throws(TemplateError) -> [(
    key: TemplateExpression, value: TemplateExpression
  )] {
    var members: [(key: TemplateExpression, value: TemplateExpression)] = []
    while !take("}") {
      let key = try expression()
      try expect(":")
      members.append((key, try expression()))
      if !take(",") {
        try expect("}")
        break
      }
    }
    return members
  }
}

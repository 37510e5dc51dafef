extension TemplateInterpreter {
  /// The value of an expression.
  mutating func evaluate(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
    try charge(TemplateBudget.step)
    try budget.enter()
    defer { budget.leave() }
    switch expression {
    case .literal(let value): return value
    case .name(let name): return value(name)
    case .list(let elements): return try list(try evaluate(elements))
    case .tuple(let elements): return try list(try evaluate(elements), .tuple)
    case .dictionary(let members): return try dictionary(members)
    case .not(let operand): return .boolean(!(try evaluate(operand).isTrue))
    case .signed(let isNegative, let operand):
      let negative = try TemplateNumbers.negative(try evaluate(operand))
      return isNegative ? negative : try TemplateNumbers.negative(negative)
    case .all(let parts): return try firstDecisive(parts, isTrue: false)
    case .any(let parts): return try firstDecisive(parts, isTrue: true)
    case .concatenation(let parts):
      var result = ""
      for part in parts {
        let text = try text(of: try evaluate(part))
        try charge(text.utf8.count)
        result += text
      }
      return .string(result)
    case .arithmetic(let first, let rest):
      var value = try evaluate(first)
      for (symbol, operand) in rest { value = try combine(value, symbol, try evaluate(operand)) }
      return value
    case .comparison(let first, let rest): return .boolean(try comparison(first, rest))
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(value) }
      guard let otherwise else { return .undefined("else") }
      return try evaluate(otherwise)
    case .postfix(let base, let postfixes):
      return try apply(postfixes, to: try evaluate(base))
    }
  }

  mutating func evaluate(
    _ expressions: [TemplateExpression]
  ) throws(TemplateError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  /// A list of values; making it is a step for each.
  mutating func list(
    _ elements: [TemplateValue], _ kind: TemplateList.Kind = .list
  ) throws(TemplateError) -> TemplateValue {
    try charge(elements.count * TemplateBudget.step)
    return .list(try TemplateList(elements, kind))
  }

  /// Values that come once.
  mutating func iterator(_ elements: [TemplateValue]) throws(TemplateError) -> TemplateValue {
    counts.append(0)
    return try list(elements, .iterator(counts.count - 1))
  }

  private mutating func dictionary(
    _ members: [(key: TemplateExpression, value: TemplateExpression)]
  ) throws(TemplateError) -> TemplateValue {
    var (keys, values): ([TemplateValue], [TemplateValue]) = ([], [])
    for (key, value) in members {
      let key = try evaluate(key)
      guard key.isHashable else { throw .type("\(key.kind) is no key of a dictionary") }
      keys.append(key)
      values.append(try evaluate(value))
    }
    return .dictionary(try TemplateDictionary([], []).setting(keys, values, &budget))
  }

  /// `and` and `or` are the value of the part that decides, else of the last one.
  private mutating func firstDecisive(
    _ parts: [TemplateExpression], isTrue: Bool
  ) throws(TemplateError) -> TemplateValue {
    var value = TemplateValue.none
    for part in parts {
      value = try evaluate(part)
      if value.isTrue == isTrue { break }
    }
    return value
  }
}

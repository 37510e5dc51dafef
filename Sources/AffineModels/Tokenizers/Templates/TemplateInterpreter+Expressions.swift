extension TemplateInterpreter {
  /// The value of an expression.
  mutating func evaluate(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
    try charge(1)
    switch expression {
    case .literal(let value): return value
    case .name(let name): return value(name)
    case .list(let elements): return .list(try evaluate(elements))
    case .dictionary(let members): return try dictionary(members)
    case .not(let operand): return .boolean(!(try evaluate(operand).isTrue))
    case .negative(let operand): return try negative(try evaluate(operand))
    case .all(let parts): return try firstDecisive(parts, isTrue: false)
    case .any(let parts): return try firstDecisive(parts, isTrue: true)
    case .arithmetic(let first, let rest): return try arithmetic(first, rest)
    case .comparison(let first, let rest): return .boolean(try comparison(first, rest))
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(value) }
      guard let otherwise else { return .undefined("else") }
      return try evaluate(otherwise)
    case .call(let name, let arguments): return try call(name, arguments)
    case .postfix(let base, let postfixes): return try apply(postfixes, to: base)
    }
  }

  mutating func evaluate(
    _ expressions: [TemplateExpression]
  ) throws(TemplateError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions {
      let value = try evaluate(expression)
      try chargeElement(value)
      values.append(value)
    }
    return values
  }

  /// Pays for a part of a list or dictionary, which must not be nested without end.
  private mutating func chargeElement(_ value: TemplateValue) throws(TemplateError) {
    try charge(value.size)
    guard value.depth < TemplateParser.mostDepth else {
      throw .tooDeep(most: TemplateParser.mostDepth)
    }
  }

  private mutating func dictionary(
    _ members: [(key: TemplateExpression, value: TemplateExpression)]
  ) throws(TemplateError) -> TemplateValue {
    var result: [(key: String, value: TemplateValue)] = []
    for (key, value) in members {
      guard case .string(let key) = try evaluate(key) else {
        throw .unsupported("a dictionary whose keys are no strings")
      }
      let value = try evaluate(value)
      try charge(result.count)
      try chargeElement(value)
      result.removeAll { $0.key.utf8.elementsEqual(key.utf8) }
      result.append((key, value))
    }
    return .dictionary(result)
  }

  private func negative(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    guard let number = value.number else { throw .type("\(value.kind) has no negative") }
    let (result, overflow) = (0).subtractingReportingOverflow(number)
    guard !overflow else { throw .type("a number is too large") }
    return .integer(result)
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

  private mutating func arithmetic(
    _ first: TemplateExpression, _ rest: [(symbol: String, operand: TemplateExpression)]
  ) throws(TemplateError) -> TemplateValue {
    var value = try evaluate(first)
    for (symbol, operand) in rest { value = try combine(value, symbol, try evaluate(operand)) }
    return value
  }

  private mutating func combine(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    try charge(left.size + right.size)
    switch (left, symbol, right) {
    case (_, "~", _): return .string(try text(of: left) + text(of: right))
    case (.string(let a), "+", .string(let b)): return .string(a + b)
    case (.list(let a), "+", .list(let b)): return .list(a + b)
    default: break
    }
    guard let a = left.number, let b = right.number else {
      for case .undefined(let name) in [left, right] { throw .undefined(name) }
      throw .type("\(left.kind) \(symbol) \(right.kind)")
    }
    return .integer(try Self.combine(a, symbol, b))
  }

  private static func combine(_ a: Int, _ symbol: String, _ b: Int) throws(TemplateError) -> Int {
    if symbol == "//" || symbol == "%" { return try divide(a, symbol, b) }
    let (result, overflow) =
      switch symbol {
      case "+": a.addingReportingOverflow(b)
      case "-": a.subtractingReportingOverflow(b)
      default: a.multipliedReportingOverflow(by: b)
      }
    guard !overflow else { throw .type("a number is too large") }
    return result
  }

  /// Quotient or remainder; Python rounds down, Swift to zero.
  private static func divide(_ a: Int, _ symbol: String, _ b: Int) throws(TemplateError) -> Int {
    guard b != 0 else { throw .type("a division by zero") }
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    guard !overflow else { throw .type("a number is too large") }
    let remainder = a - quotient * b
    let isRoundedUp = remainder != 0 && (remainder < 0) != (b < 0)
    if symbol == "//" { return isRoundedUp ? quotient - 1 : quotient }
    return isRoundedUp ? remainder + b : remainder
  }

  private mutating func comparison(
    _ first: TemplateExpression, _ rest: [(symbol: String, operand: TemplateExpression)]
  ) throws(TemplateError) -> Bool {
    var left = try evaluate(first)
    for (symbol, operand) in rest {
      let right = try evaluate(operand)
      try charge(left.size + right.size)
      guard try compare(left, symbol, right) else { return false }
      left = right
    }
    return true
  }

  private mutating func compare(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch symbol {
    case "==": return left.isEqual(right)
    case "!=": return !left.isEqual(right)
    case "in": return try contains(right, left)
    case "not in": return !(try contains(right, left))
    default: break
    }
    let order: (isLess: Bool, isEqual: Bool)
    if let a = left.number, let b = right.number {
      order = (a < b, a == b)
    } else if case .string(let a) = left, case .string(let b) = right {
      // The order of UTF-8 is that of the characters' numbers.
      order = (a.utf8.lexicographicallyPrecedes(b.utf8), a.utf8.elementsEqual(b.utf8))
    } else {
      throw .type("\(left.kind) \(symbol) \(right.kind)")
    }
    switch symbol {
    case "<": return order.isLess
    case "<=": return order.isLess || order.isEqual
    case ">": return !order.isLess && !order.isEqual
    default: return !order.isLess
    }
  }

  private mutating func contains(
    _ whole: TemplateValue, _ part: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch (whole, part) {
    case (.string(let whole), .string(let part)):
      try charge(TemplateText.work(part, in: whole))
      return TemplateText.contains(whole, part)
    case (.list(let elements), _): return elements.contains { $0.isEqual(part) }
    case (.dictionary, .string(let key)): return whole.member(key) != nil
    case (.undefined(let name), _): throw .undefined(name)
    default: throw .type("\(part.kind) in \(whole.kind)")
    }
  }
}

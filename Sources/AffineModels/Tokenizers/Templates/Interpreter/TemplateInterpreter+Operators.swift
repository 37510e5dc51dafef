extension TemplateInterpreter {
  mutating func combine(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    for case .undefined(let name) in [left, right] { throw .undefined(name) }
    // Jinja escapes what stands beside a marked string.
    for case .markup in [left, right] { throw .unsupported("'\(symbol)' after the filter 'safe'") }
    switch (left, symbol, right) {
    case (.string(let a), "+", .string(let b)):
      try charge(a.utf8.count + b.utf8.count)
      return .string(a + b)
    case (.list(let a), "+", .list(let b))
    where a.kind == b.kind && (a.kind == .list || a.kind == .tuple):
      try charge((a.elements.count + b.elements.count) * TemplateBudget.step)
      return try list(a.elements + b.elements, a.kind)
    case (.string(let format), "%", _):
      return .string(try formatted(format, arguments: right))
    case (.string, "*", _), (.list, "*", _): return try repeated(left, right)
    case (_, "*", .string), (_, "*", .list): return try repeated(right, left)
    default:
      guard let value = try TemplateNumbers.combine(left, symbol, right) else {
        throw .type("\(left.kind) \(symbol) \(right.kind)")
      }
      return value
    }
  }

  private mutating func repeated(
    _ value: TemplateValue, _ count: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    guard let number = count.integer else { throw .type("\(value.kind) * \(count.kind)") }
    let count = max(number, 0)
    let (work, overflow) = value.size.multipliedReportingOverflow(by: count)
    try charge(overflow ? .max : work)
    if case .list(let list) = value, list.kind == .list || list.kind == .tuple {
      return try self.list(Array(repeatElement(list.elements, count: count).joined()), list.kind)
    }
    guard let text = value.string else { throw .type("\(value.kind) * a number") }
    return .string(String(repeating: text, count: count))
  }

  mutating func comparison(
    _ first: TemplateExpression, _ rest: [(symbol: String, operand: TemplateExpression)]
  ) throws(TemplateError) -> Bool {
    var left = try evaluate(first)
    for (symbol, operand) in rest {
      let right = try evaluate(operand)
      guard try compare(left, symbol, right) else { return false }
      left = right
    }
    return true
  }

  mutating func compare(
    _ left: TemplateValue, _ symbol: String, _ right: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch symbol {
    case "==": try left.isEqual(right, &budget)
    case "!=": !(try left.isEqual(right, &budget))
    case "in": try contains(right, left)
    case "not in": !(try contains(right, left))
    case "<": try left.isLess(right, &budget)
    case ">": try right.isLess(left, &budget)
    // Not the opposite of `<`: of two numbers one can be none.
    case "<=":
      if try left.isLess(right, &budget) { true } else { try left.isEqual(right, &budget) }
    default:
      if try right.isLess(left, &budget) { true } else { try left.isEqual(right, &budget) }
    }
  }

  private mutating func contains(
    _ whole: TemplateValue, _ part: TemplateValue
  ) throws(TemplateError) -> Bool {
    if let text = whole.string {
      guard let part = part.string else { throw .type("\(part.kind) in \(whole.kind)") }
      try charge(text.utf8.count + part.utf8.count)
      return TemplateText.contains(text, part)
    }
    switch whole {
    case .list(let list):
      guard case .iterator(let number) = list.kind else {
        for element in list.elements where try element.isEqual(part, &budget) { return true }
        return false
      }
      while counts[number] < list.elements.count {
        counts[number] += 1
        if try list.elements[counts[number] - 1].isEqual(part, &budget) { return true }
      }
      return false
    case .dictionary(let dictionary):
      guard part.isHashable else { throw .type("\(part.kind) is no key of a dictionary") }
      return try dictionary.place(part, &budget) != nil
    case .undefined: return false
    default: throw .type("\(part.kind) in \(whole.kind)")
    }
  }

  /// What a loop, or a filter of sequences, goes over.
  mutating func elements(_ value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
    if let text = value.string {
      try charge(text.utf8.count * TemplateBudget.step)
      return text.unicodeScalars.map { .string(String($0)) }
    }
    switch value {
    case .list(let list):
      guard case .iterator(let number) = list.kind else { return list.elements }
      defer { counts[number] = list.elements.count }
      return Array(list.elements[counts[number]...])
    case .dictionary(let dictionary): return dictionary.keys
    case .undefined: return []
    default: throw .type("\(value.kind) has no elements")
    }
  }
}

extension TemplateValue {
  /// Equality as in Python: `true` is 1, strings are equal by their characters' numbers.
  func isEqual(
    _ other: TemplateValue, _ budget: inout TemplateBudget
  ) throws(TemplateError) -> Bool {
    try budget.charge(TemplateBudget.step)
    if let a = integer, let b = other.integer { return a == b }
    if let a = number, let b = other.number { return a == b }
    if let a = string, let b = other.string {
      try budget.charge(min(a.utf8.count, b.utf8.count))
      return TemplateText.isEqual(a, b)
    }
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.list(let a), .list(let b)): return try a.isEqual(b, &budget)
    case (.dictionary(let a), .dictionary(let b)):
      guard a.keys.count == b.keys.count else { return false }
      for (key, value) in zip(a.keys, a.values) {
        guard let found = try b.value(key, &budget), try found.isEqual(value, &budget) else {
          return false
        }
      }
      return true
    case (.namespace(let a), .namespace(let b)), (.loop(let a), .loop(let b)),
      (.macro(let a), .macro(let b)):
      return a == b
    case (.function(let a), .function(let b)): return a == b
    default: return false
    }
  }

  /// Which of two values comes first, or why none does.
  func isLess(
    _ other: TemplateValue, _ budget: inout TemplateBudget
  ) throws(TemplateError) -> Bool {
    try budget.charge(TemplateBudget.step)
    if let a = integer, let b = other.integer { return a < b }
    if let a = number, let b = other.number { return a < b }
    if let a = string, let b = other.string {
      try budget.charge(min(a.utf8.count, b.utf8.count))
      // The order of UTF-8 is that of the characters' numbers.
      return a.utf8.lexicographicallyPrecedes(b.utf8)
    }
    if case .list(let a) = self, case .list(let b) = other, a.kind == b.kind, a.isIndexed,
      a.kind != .range
    {
      for (first, second) in zip(a.elements, b.elements)
      where !(try first.isEqual(second, &budget)) {
        return try first.isLess(second, &budget)
      }
      return a.elements.count < b.elements.count
    }
    if case .undefined(let name) = self { throw .undefined(name) }
    if case .undefined(let name) = other { throw .undefined(name) }
    throw .type("\(kind) and \(other.kind) have no order")
  }

  /// Whether it can be a key of a dictionary.
  var isHashable: Bool {
    switch self {
    case .list(let list): list.isHashable
    case .dictionary: false
    default: true
    }
  }
}

extension TemplateList {
  fileprivate func isEqual(
    _ other: TemplateList, _ budget: inout TemplateBudget
  ) throws(TemplateError) -> Bool {
    if self === other { return true }
    guard kind == other.kind, isIndexed, elements.count == other.elements.count else {
      return false
    }
    for (first, second) in zip(elements, other.elements)
    where !(try first.isEqual(second, &budget)) {
      return false
    }
    return true
  }
}

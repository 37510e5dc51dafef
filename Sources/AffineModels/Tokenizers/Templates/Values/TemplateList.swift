/// Values in order, and how much work they are.
final class TemplateList: Sendable {
  enum Kind: Sendable, Hashable {
    case list, tuple, range
    /// What `items()` and its like return; it has no places.
    case view
    /// What `map` and its like return: its elements come once. By the number of how many came.
    case iterator(Int)

    /// What it is, for errors.
    var name: String {
      switch self {
      case .list: "a list"
      case .tuple: "a tuple"
      case .range: "a range"
      case .view: "a view of a dictionary"
      case .iterator: "a sequence that is read once"
      }
    }
  }

  let kind: Kind
  let elements: [TemplateValue]
  let size: Int
  let depth: Int
  /// Whether it can be a key of a dictionary: found once, since a tuple can hold another twice, and that one a third.
  let isHashable: Bool

  /// - Throws: ``TemplateError/tooDeep(most:)``.
  init(_ elements: [TemplateValue], _ kind: Kind = .list) throws(TemplateError) {
    self.elements = elements
    self.kind = kind
    isHashable = kind == .tuple && elements.allSatisfy(\.isHashable)
    size = TemplateBudget.sum(elements)
    depth = try TemplateBudget.depth(elements)
  }

  /// Whether it has places that can be asked for.
  var isIndexed: Bool { kind == .list || kind == .tuple || kind == .range }
}

/// Members in the order in which they were put in.
final class TemplateDictionary: Sendable {
  let keys: [TemplateValue]
  let values: [TemplateValue]
  let size: Int
  let depth: Int

  /// - Throws: ``TemplateError/tooDeep(most:)``.
  init(_ keys: [TemplateValue], _ values: [TemplateValue]) throws(TemplateError) {
    self.keys = keys
    self.values = values
    let (size, overflow) = TemplateBudget.sum(keys).addingReportingOverflow(
      TemplateBudget.sum(values))
    self.size = overflow ? .max : size
    depth = try TemplateBudget.depth(values)
  }
}

extension TemplateDictionary {
  /// The place of a key.
  func place(
    _ key: TemplateValue, _ budget: inout TemplateBudget
  ) throws(TemplateError) -> Int? {
    try Self.place(key, in: keys, &budget)
  }

  /// The value of a key.
  func value(
    _ key: TemplateValue, _ budget: inout TemplateBudget
  ) throws(TemplateError) -> TemplateValue? {
    try place(key, &budget).map { values[$0] }
  }

  /// The same dictionary with more members, or others.
  func setting(
    _ newKeys: [TemplateValue], _ newValues: [TemplateValue], _ budget: inout TemplateBudget
  ) throws(TemplateError) -> TemplateDictionary {
    try budget.charge((keys.count + newKeys.count) * TemplateBudget.step)
    var (keys, values) = (keys, values)
    for (key, value) in zip(newKeys, newValues) {
      if let place = try Self.place(key, in: keys, &budget) {
        values[place] = value
      } else {
        keys.append(key)
        values.append(value)
      }
    }
    return try TemplateDictionary(keys, values)
  }

  private static func place(
    _ key: TemplateValue, in keys: [TemplateValue], _ budget: inout TemplateBudget
  ) throws(TemplateError) -> Int? {
    try budget.charge(2 * keys.count)
    guard let text = key.string else {
      for (place, other) in keys.enumerated() where try other.isEqual(key, &budget) { return place }
      return nil
    }
    for (place, other) in keys.enumerated() {
      guard let other = other.string, other.utf8.count == text.utf8.count else { continue }
      try budget.charge(text.utf8.count)
      if TemplateText.isEqual(other, text) { return place }
    }
    return nil
  }
}

extension TemplateInterpreter {
  /// What elements are sorted by.
  mutating func keys(
    _ elements: [TemplateValue], _ attribute: TemplateValue?, isCaseSensitive: Bool
  ) throws(TemplateError) -> [TemplateValue] {
    var keys = elements
    if let attribute { keys = try attributes(attribute, of: elements) }
    guard !isCaseSensitive else { return keys }
    for (place, key) in keys.enumerated() {
      guard let text = key.string else { continue }
      try chargeCharacters(of: text)
      keys[place] = .string(TemplateText.lowercased(text))
    }
    return keys
  }

  /// The places of values in their order; equals stay as they are.
  mutating func order(
    _ keys: [TemplateValue], isReversed: Bool = false
  ) throws(TemplateError) -> [Int] {
    // By merging runs: Swift's own sort throws any error, and this one's are typed.
    var order = Array(keys.indices)
    var width = 1
    while width < order.count {
      var merged: [Int] = []
      for start in stride(from: 0, to: order.count, by: 2 * width) {
        var left = order[start..<min(start + width, order.count)]
        var right = order[left.endIndex..<min(start + 2 * width, order.count)]
        while let a = left.first, let b = right.first {
          let isLater =
            isReversed
            ? try keys[a].isLess(keys[b], &budget) : try keys[b].isLess(keys[a], &budget)
          merged.append(isLater ? b : a)
          if isLater { right.removeFirst() } else { left.removeFirst() }
        }
        merged += left + right
      }
      order = merged
      width *= 2
    }
    return order
  }

  mutating func sortedDictionary(
    _ value: TemplateValue, _ call: TemplateCall
  ) throws(TemplateError) -> TemplateValue {
    let arguments = try call.bind("dictsort", ["case_sensitive", "by", "reverse"])
    guard case .dictionary(let dictionary) = value else { throw .type("dictsort of \(value.kind)") }
    let by = try arguments[1].word("dictsort") ?? "key"
    guard by == "key" || by == "value" else { throw .type("dictsort by '\(by)'") }
    let keys = try keys(
      by == "key" ? dictionary.keys : dictionary.values, nil,
      isCaseSensitive: arguments[0].isTrue)
    let pairs = try pairs(dictionary)
    return try list(try order(keys, isReversed: arguments[2].isTrue).map { pairs[$0] })
  }
}

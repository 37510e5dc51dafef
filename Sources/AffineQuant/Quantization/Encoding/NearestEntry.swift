/// The search of an ascending table.
package enum NearestEntry {
  /// The index of the entry that rounding chooses between the two neighbours of a value.
  package static func index(
    of value: Float, in table: [Float], _ round: (Float) -> Float
  ) -> Int {
    guard value >= table[0] else { return 0 }
    // The first entry above the value: entries before `first` are not, from `above` on they are.
    var (first, above) = (0, table.count)
    while first < above {
      let middle = (first + above) / 2
      if table[middle] > value { above = middle } else { first = middle + 1 }
    }
    guard above < table.count else { return table.count - 1 }
    return above - 1 + Int(step(of: value, table[above - 1], table[above], round))
  }

  /// 1 for the upper of two neighbours, 0 for the lower.
  static func step(
    of value: Float, _ low: Float, _ high: Float, _ round: (Float) -> Float
  ) -> Float {
    round((value - low) / (high - low))
  }
}

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
    let (low, high) = (table[above - 1], table[above])
    return above - 1 + Int(round((value - low) / (high - low)))
  }
}

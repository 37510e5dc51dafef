/// Where the nearest codes of a table change.
package struct CodeThresholds: Sendable {
  private static let all = Dictionary(
    uniqueKeysWithValues: CodebookFormat.all.map { ($0, CodeThresholds($0)) })

  /// Those of a table; of the library's own computed once.
  package static func of(_ map: CodebookFormat) -> CodeThresholds {
    all[map] ?? CodeThresholds(map)
  }

  package let map: CodebookFormat
  /// The smallest number of each code; that of the first code is not used.
  package let values: [Float]

  package init(_ map: CodebookFormat) {
    self.map = map
    values =
      [-Float.infinity]
      + zip(map.values, map.values.dropFirst()).map { low, high in
        // The code grows with the number: bisection between two neighbours of the table.
        var (below, from) = (low, high)
        while below.nextUp < from {
          var middle = below + (from - below) / 2
          if middle <= below || middle >= from { middle = below.nextUp }
          if NearestEntry.step(of: middle, low, high, Self.nearest) >= 1 {
            from = middle
          } else {
            below = middle
          }
        }
        return from
      }
  }

  /// The code of a number.
  package func code(_ number: Float) -> Int { Self.code(number, map.values) }

  /// The definition.
  package static func code(_ number: Float, _ table: [Float]) -> Int {
    NearestEntry.index(of: number, in: table, nearest)
  }

  private static func nearest(_ number: Float) -> Float { number.rounded(.toNearestOrEven) }
}

internal import AffineFormats

/// Names in the order of their bytes, in which those that begin alike are neighbours.
package struct SortedNames: Sendable {
  private let names: [String]

  package init(_ names: [String]) { self.names = names.sorted { $0.precedes($1) } }

  /// Those that begin with some bytes.
  ///
  /// - Complexity: O(log names), and of what is found.
  package func beginning(with prefix: String) -> ArraySlice<String> {
    var (first, end) = (0, names.count)
    while first < end {
      let middle = (first + end) / 2
      if names[middle].precedes(prefix) { first = middle + 1 } else { end = middle }
    }
    return names[first...].prefix { $0.begins(with: prefix) }
  }
}

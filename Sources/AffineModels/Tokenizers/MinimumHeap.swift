/// Numbers of which the smallest comes out first.
struct MinimumHeap: Sendable {
  private var entries: [UInt64] = []

  /// The smallest number.
  var least: UInt64? { entries.first }

  /// Adds a number.
  ///
  /// - Complexity: O(log numbers).
  mutating func push(_ entry: UInt64) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0, entries[(child - 1) / 2] > entry {
      entries[child] = entries[(child - 1) / 2]
      child = (child - 1) / 2
    }
    entries[child] = entry
  }

  /// Takes the smallest number out; `nil` if there is none.
  ///
  /// - Complexity: O(log numbers).
  mutating func pop() -> UInt64? {
    guard let best = entries.first else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty { sink(last) }
    return best
  }

  /// Puts a number in the place of the smallest one.
  private mutating func sink(_ entry: UInt64) {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
      guard entries[child] < entry else { break }
      entries[parent] = entries[child]
      parent = child
    }
    entries[parent] = entry
  }
}

/// Finds names in a text in one pass, however many there are and however they lie in one another: the
/// automaton of Aho and Corasick (1975).
struct NameFinder: Sendable {
  /// A beginning of names. Those that are one byte longer lie one after another, in order.
  private struct State: Sendable {
    /// The last byte.
    let byte: UInt8
    /// How many bytes it has.
    var count: Int32 = 0
    var children: Range<Int32> = 0..<0
    /// The longest end of this beginning that is one too.
    var end: Int32 = 0
    /// The number of the longest name that it ends with, or -1.
    var name: Int32 = -1
  }

  /// By number, how long a name is, and the longest other name that it ends with, or -1.
  private(set) var names: [(count: Int, shorter: Int)]
  private var states: [State] = [State(byte: 0)]
  /// By first byte, the states of one byte; 0 where there is none.
  private var first = [Int32](repeating: 0, count: 256)

  /// Takes names, each once and none empty.
  ///
  /// - Complexity: O(bytes of names), but for sorting them.
  init(_ names: [[UInt8]]) {
    self.names = names.map { ($0.count, -1) }
    let sorted = names.indices.sorted { names[$0].lexicographicallyPrecedes(names[$1]) }
    // Of each state, the names that begin so and how many bytes that is; the shortest states first.
    var beginnings = [(sorted.indices, 0)]
    var state = 0
    while state < states.count {
      var (range, count) = beginnings[state]
      if state > 0, names[sorted[range.lowerBound]].count == count { range.removeFirst() }
      let children = Int32(states.count)
      while let next = range.first {
        let byte = names[sorted[next]][count]
        let end = range.first { names[sorted[$0]][count] != byte } ?? range.upperBound
        let number = sorted[next]
        add(byte, after: state, name: names[number].count == count + 1 ? number : nil)
        beginnings.append((next..<end, count + 1))
        range = end..<range.upperBound
      }
      states[state].children = children..<Int32(states.count)
      if state == 0 {
        for child in states.indices.dropFirst() { first[Int(states[child].byte)] = Int32(child) }
      }
      state += 1
    }
  }

  /// Adds a state; of shorter ones all is known already.
  private mutating func add(_ byte: UInt8, after state: Int, name: Int?) {
    var added = State(byte: byte, count: states[state].count + 1)
    if state > 0 { added.end = next(after: states[state].end, byte) }
    added.name = states[Int(added.end)].name
    if let name {
      names[name].shorter = Int(added.name)
      added.name = Int32(name)
    }
    states.append(added)
  }

  /// Calls `body` for each place at which a name ends, with the longest of those that do.
  ///
  /// - Complexity: O(text).
  func forEachEnd(in text: [UInt8], _ body: (_ name: Int, _ end: Int) -> Void) {
    var state: Int32 = 0
    for (place, byte) in text.enumerated() {
      state = next(after: state, byte)
      let name = states[Int(state)].name
      if name >= 0 { body(Int(name), place + 1) }
    }
  }

  /// Calls `body` for each name that a text goes on with from a place, the shortest first.
  ///
  /// - Complexity: O(bytes of the longest name).
  func forEachBeginning(
    of text: [UInt8], from start: Int, _ body: (_ name: Int, _ end: Int) -> Void
  ) {
    guard start < text.count else { return }
    var (next, place) = (first[Int(text[start])], start + 1)
    while next != 0 {
      let state = states[Int(next)]
      if state.name >= 0, names[Int(state.name)].count == place - start {
        body(Int(state.name), place)
      }
      guard place < text.count else { return }
      next = child(in: state.children, text[place]) ?? 0
      place += 1
    }
  }

  /// How many bytes the longest beginning of a name has that a text ends with.
  func count(_ state: Int32) -> Int { Int(states[Int(state)].count) }

  /// The number of the longest name that a text ends with, or -1.
  func name(_ state: Int32) -> Int { Int(states[Int(state)].name) }

  /// The longest beginning of a name that a text ends with, one byte later; 0 is that of no text.
  func next(after state: Int32, _ byte: UInt8) -> Int32 {
    var state = state
    while state > 0 {
      if let child = child(of: state, byte) { return child }
      state = states[Int(state)].end
    }
    return first[Int(byte)]
  }

  private func child(of state: Int32, _ byte: UInt8) -> Int32? {
    child(in: states[Int(state)].children, byte)
  }

  private func child(in children: Range<Int32>, _ byte: UInt8) -> Int32? {
    // Most have one.
    if children.upperBound &- children.lowerBound == 1 {
      return states[Int(children.lowerBound)].byte == byte ? children.lowerBound : nil
    }
    var range = children
    while let last = range.last {
      let middle = range.lowerBound + (last - range.lowerBound) / 2
      let found = states[Int(middle)].byte
      if found == byte { return middle }
      range = found < byte ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}

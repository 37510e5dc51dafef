/// Sequences of tokens that one pass reads.
public struct TokenBatch: Sendable, Hashable {
  /// The tokens, sequence after sequence.
  public var inputs: [Int]
  /// The token after each; −1 does not count.
  public var targets: [Int]
  /// The tokens of each sequence: they see each other, and their places count from its beginning.
  public var lengths: [Int]
  /// Of each sequence the number of what it says, where embeddings of an encoder are compared and no token is
  /// foreseen: those of one number are a pair, and −1 does not count.
  public var labels: [Int]?

  /// Collects the three.
  public init(inputs: [Int], targets: [Int], lengths: [Int]) {
    self.inputs = inputs
    self.targets = targets
    self.lengths = lengths
  }

  /// Sequences of which no token is foreseen, and the number of what each says, if embeddings are compared.
  public init(_ sequences: [[Int]], labels: [Int]? = nil) {
    inputs = Array(sequences.joined())
    targets = inputs.map { _ in -1 }
    lengths = sequences.map(\.count)
    self.labels = labels
  }

  /// How many targets, or pairs, count.
  public var counted: Int {
    labels.map { Set($0.filter { $0 >= 0 }).count } ?? targets.count { $0 >= 0 }
  }

  /// The places of sequences that say the same, in the order of the first of each two.
  ///
  /// - Throws: ``TrainingError/model(_:)``: labels that are not one a sequence, or not each of two; a pair that has no
  ///   other to be compared with.
  func pairs() throws(TrainingError) -> [(first: Int, second: Int)] {
    let labels = labels ?? []
    guard labels.count == lengths.count else {
      throw .model("\(labels.count) labels are not one for each of \(lengths.count) sequences")
    }
    var (places, order): ([Int: [Int]], [Int]) = ([:], [])
    for (place, label) in labels.enumerated() where label >= 0 {
      if places[label] == nil { order.append(label) }
      places[label, default: []].append(place)
    }
    var pairs: [(first: Int, second: Int)] = []
    for label in order {
      guard let both = places[label], both.count == 2 else {
        throw .model("label \(label) is that of \(places[label]?.count ?? 0) sequences, not of two")
      }
      pairs.append((both[0], both[1]))
    }
    // The loss of one would be 0 for any model.
    guard pairs.count > 1 else {
      throw .model("\(pairs.count) pairs of sequences are not two, to be compared")
    }
    return pairs
  }

  /// Windows that run together: so many each, but no pair alone, which has the loss 0 and says nothing.
  func groups(of count: Int, sequence: Int) -> [Range<Int>] {
    let end = inputs.count / sequence
    var (groups, first): ([Range<Int>], Int) = ([], 0)
    while first < end {
      var last = min(first + count, end)
      while last < end, isAlone(first..<last, of: sequence) { last += 1 }
      if isAlone(first..<last, of: sequence), let before = groups.popLast() {
        first = before.lowerBound
      }
      groups.append(first..<last)
      first = last
    }
    return groups
  }

  private func isAlone(_ range: Range<Int>, of size: Int) -> Bool {
    labels != nil && windows(range, of: size).counted < 2
  }

  /// Some windows of as many tokens each, which sequences do not cross.
  func windows(_ range: Range<Int>, of size: Int) -> TokenBatch {
    let tokens = range.lowerBound * size..<range.upperBound * size
    var (first, inside): (Int, [Int]) = (0, [])
    for (index, length) in lengths.enumerated() {
      if tokens.contains(first) { inside.append(index) }
      first += length
    }
    var part = TokenBatch(
      inputs: Array(inputs[tokens]), targets: Array(targets[tokens]),
      lengths: inside.map { lengths[$0] })
    part.labels = labels.map { labels in inside.map { labels[$0] } }
    return part
  }
}

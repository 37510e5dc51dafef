/// Sequences of tokens that one pass reads.
public struct TokenBatch: Sendable, Hashable {
  /// The tokens, sequence after sequence.
  public var inputs: [Int]
  /// The token after each; −1 does not count.
  public var targets: [Int]
  /// The tokens of each sequence: they see each other, and their places count from its beginning.
  public var lengths: [Int]

  /// Collects the three.
  public init(inputs: [Int], targets: [Int], lengths: [Int]) {
    self.inputs = inputs
    self.targets = targets
    self.lengths = lengths
  }

  /// How many targets count.
  public var counted: Int { targets.count { $0 >= 0 } }

  /// Some windows of as many tokens each, which sequences do not cross.
  func windows(_ range: Range<Int>, of size: Int) -> TokenBatch {
    let tokens = range.lowerBound * size..<range.upperBound * size
    var (first, inside): (Int, [Int]) = (0, [])
    for length in lengths {
      if tokens.contains(first) { inside.append(length) }
      first += length
    }
    return TokenBatch(
      inputs: Array(inputs[tokens]), targets: Array(targets[tokens]), lengths: inside)
  }
}

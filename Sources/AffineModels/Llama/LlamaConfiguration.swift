internal import AffineQuant

/// The extents and constants of a decoder of Llama's architecture (Touvron et al., 2023).
public struct LlamaConfiguration: Sendable, Hashable {
  /// Tokens that there are.
  public var vocabulary: Int
  /// Columns of the residual stream.
  public var width: Int
  /// Blocks of attention and feed-forward.
  public var layers: Int
  /// Heads of queries.
  public var heads: Int
  /// Heads of keys and values, which neighbouring heads of queries share.
  public var keyValueHeads: Int
  /// Columns of a head.
  public var headSize: Int
  /// Columns inside of feed-forward layers.
  public var feedForward: Int
  /// Tokens of a sequence at most.
  public var context: Int
  /// What is added to the mean square of a norm.
  public var normEpsilon: Float = 1e-5
  /// The base of the angles by which positions turn pairs.
  public var rotaryBase = 10_000.0
  /// What each frequency is divided by, one a pair; empty: nothing.
  public var rotaryDivisors: [Double] = []

  /// Names the extents; constants are those of the first models.
  public init(
    vocabulary: Int, width: Int, layers: Int, heads: Int, keyValueHeads: Int, headSize: Int,
    feedForward: Int, context: Int
  ) {
    self.vocabulary = vocabulary
    self.width = width
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.feedForward = feedForward
    self.context = context
  }

  /// Angles by which one position turns the pairs of a head.
  var frequencies: [Double] {
    (0..<headSize / 2).map { pair in
      let exponent = -2 * Double(pair) / Double(headSize)
      let frequency = FloatFunctions.power(rotaryBase, exponent)
      return rotaryDivisors.isEmpty ? frequency : frequency / rotaryDivisors[pair]
    }
  }

  /// Columns of all heads of queries, and of keys.
  var queryWidth: Int { heads * headSize }
  var keyWidth: Int { keyValueHeads * headSize }

  /// Checks that the numbers are possible and fit each other.
  ///
  /// - Throws: ``LlamaError``.
  public func validate() throws(LlamaError) {
    // Far above any model, and far from overflow in products of two.
    let extents = 1...1 << 24
    for (what, value, range) in [
      ("the vocabulary", vocabulary, extents), ("the width", width, extents),
      ("the number of layers", layers, 1...1 << 12), ("the number of heads", heads, 1...1 << 12),
      ("the number of key-value heads", keyValueHeads, 1...1 << 12),
      ("the head size", headSize, 1...1 << 12), ("the feed-forward width", feedForward, extents),
      ("the context", context, extents),
    ] where !range.contains(value) {
      throw .outOfRange(what, value: value, range: range)
    }
    guard heads.isMultiple(of: keyValueHeads) else {
      throw .contradiction("the number of heads", heads, "that of key-value heads", keyValueHeads)
    }
    guard headSize.isMultiple(of: 2) else {
      throw .contradiction("the head size", headSize, "pairs of columns", 2)
    }
    guard rotaryDivisors.isEmpty || rotaryDivisors.count == headSize / 2 else {
      throw .contradiction(
        "the number of frequencies", rotaryDivisors.count, "half the head size", headSize / 2)
    }
    for (what, value) in [
      ("the epsilon of norms", Double(normEpsilon)), ("the base of positions", rotaryBase),
    ] + rotaryDivisors.map({ ("a divisor of a frequency", $0) })
    where !(value > 0 && value.isFinite) {
      throw .notPositive(what, value)
    }
  }
}

/// How ranks train together.
public struct ExchangeOptions: Sendable, Hashable {
  /// How gradients travel.
  public var exchange = ExchangeFormat.float32
  /// Whether what rounding took from gradients is added to those of the next step (arXiv 1901.09847).
  public var feedsBackErrors = true
  /// Whether sums do not depend on the number of ranks: every window is a backward pass of its own then,
  /// and gradients travel when all of them are there.
  public var isFixedOrder = false
  /// Whether each rank keeps the moments of its part of the parameters alone.
  public var shardsOptimizer = false
  /// Whether it keeps these parameters and their gradients alone too.
  public var shardsWeights = false
  /// How weights travel to a layer of another rank.
  public var gather = ExchangeFormat.float32
  /// Gradients that travel together; `nil`: 2^18, and for many ranks as many as make messages long enough.
  public var bucket: Int?
  /// Bytes of buckets that may travel at a time, and wait in memory: with more of them a fast rank goes on while a slow one
  /// computes, and both wait once a step and not once a bucket.
  package var underWay = 64 << 20

  /// Exact sums, every rank with all moments.
  public init() {}

  /// Below some thousand values a message's own cost is more than that of its bytes.
  func bucket(ranks: Int) -> Int { max(bucket ?? max(1 << 18, ranks << 14), 1) }

  /// The same where one rank may get the whole bucket from each: all of them together are no more than may travel.
  package func ownedBucket(ranks: Int) -> Int {
    let most = underWay / (MemoryLayout<Float>.stride * max(ranks, 1))
    return max(min(bucket(ranks: ranks), most), 1)
  }
}

/// What a rank has sent to others.
public struct ExchangeTraffic: Sendable, Hashable {
  /// Bytes of gradients.
  public internal(set) var gradientBytes = 0
  /// Bytes that the same gradients have in float32.
  public internal(set) var float32GradientBytes = 0
  /// Bytes of parameters that were moved here.
  public internal(set) var parameterBytes = 0
  /// Steps of all of it.
  public internal(set) var steps = 0

  /// Nothing yet.
  public init() {}
}

/// What a rank did for others, and waited for, so far.
public struct ParallelTimes: Sendable, Hashable {
  /// Gradients that were rounded, summed, copied and handed over.
  public var coding = Duration.zero
  /// What others sent too late, also while the backward pass goes on.
  public var waiting = Duration.zero
  /// Parameters that went to ranks that do not move or keep them.
  public var sharing = Duration.zero

  /// Nothing yet.
  public init() {}
}

/// Where the time of steps went, on one rank.
public struct StepTimes: Sendable, Hashable {
  /// Forward and backward passes, and all that is named nowhere else.
  public private(set) var passes = Duration.zero
  /// As ``ParallelTimes/coding``.
  public private(set) var coding = Duration.zero
  /// As ``ParallelTimes/waiting``.
  public private(set) var waiting = Duration.zero
  /// As ``ParallelTimes/sharing``, with what is done to parameters before and after.
  public private(set) var sharing = Duration.zero
  /// The optimizer.
  public private(set) var optimizer = Duration.zero

  /// Nothing yet.
  public init() {}

  /// A step, and what it did for others meanwhile; after the optimizer it shares parameters alone.
  init(
    whole: Duration, optimizer: Duration, after: Duration, from start: ParallelTimes,
    to end: ParallelTimes
  ) {
    coding = end.coding - start.coding
    waiting = end.waiting - start.waiting
    sharing = end.sharing - start.sharing + after
    self.optimizer = optimizer
    passes = whole - coding - waiting - sharing - optimizer
  }

  static func += (sum: inout Self, other: Self) {
    sum.passes += other.passes
    sum.coding += other.coding
    sum.waiting += other.waiting
    sum.sharing += other.sharing
    sum.optimizer += other.optimizer
  }

  static func / (sum: Self, count: Int) -> Self {
    var mean = sum
    mean.passes /= count
    mean.coding /= count
    mean.waiting /= count
    mean.sharing /= count
    mean.optimizer /= count
    return mean
  }
}

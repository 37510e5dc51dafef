/// Means and scales of columns, averaged over batches for a network that no longer trains.
public struct RunningRange: Sendable, Hashable, Codable {
  /// One a column; empty before the first batch.
  public private(set) var means: [Float] = []
  /// One a column, of the same constant as the batches'; empty before the first batch.
  public private(set) var scales: [Float] = []
  /// The part of a new batch in the average.
  public var momentum: Float

  /// Nothing seen yet.
  public init(momentum: Float = 0.1) { self.momentum = momentum }

  /// Takes the statistics of a batch in; the first one as it is.
  ///
  /// Statistics of another number of columns start the average anew; a column whose statistics are not
  /// finite keeps its own.
  public mutating func update(_ statistics: RangeStatistics) {
    guard statistics.means.count == means.count, scales.count == means.count else {
      (means, scales) = (statistics.means, statistics.scales)
      return
    }
    for column in means.indices {
      let (mean, scale) = (statistics.means[column], statistics.scales[column])
      guard mean.isFinite, scale.isFinite else { continue }
      means[column] += momentum * (mean - means[column])
      scales[column] += momentum * (scale - scales[column])
    }
  }
}

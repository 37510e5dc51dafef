/// Keeps a histogram of all values, and covers the part of them that is in the middle.
///
/// Never more than half of `1 − fraction` is cut off at each end: the ends of the range are edges of the
/// histogram's bins outside the quantiles, or the extreme values.
///
/// The histogram has bins of one width from −R to R. R is a power of two, and doubles when a value
/// exceeds it: bins are then joined in pairs, and no count is estimated.
public struct PercentileObserver: ActivationObserver {
  /// Even, so that bins that are joined meet at zero.
  private static let binCount = 8192

  public var axis: ObservedAxis { .tensor }
  /// The part of all values that the range holds at least.
  public let fraction: Double
  private var counts = [Int](repeating: 0, count: PercentileObserver.binCount)
  /// The smallest positive number: every value but zero makes it grow.
  private var radius = Double(Float.leastNonzeroMagnitude)
  private var extremes: ClosedRange<Float>?

  /// Nothing seen yet.
  ///
  /// - Parameter fraction: The part of all values that the range holds, above 0 and at most 1.
  /// - Throws: ``ObserverError/fraction(_:)``.
  public init(fraction: Double = 0.9999) throws(ObserverError) {
    guard fraction > 0, fraction <= 1 else { throw .fraction(fraction) }
    self.fraction = fraction
  }

  /// The width of a bin: how far an end of the range may be from the quantile.
  public var resolution: Double { 2 * radius / Double(Self.binCount) }

  public mutating func observe(
    _ batch: Matrix<Float>, on execution: Execution
  ) throws(ObserverError) {
    guard let new = try extremes(batch, columns: nil, execution)?.first else { return }
    let largest = Double(max(new.lowerBound.magnitude, new.upperBound.magnitude))
    while radius < largest { double() }
    // The quotient of a float and a power of two is exact in Double.
    let half = Double(Self.binCount / 2)
    let values = batch.values.span
    for index in values.indices {
      let place = (Double(values[index]) / radius * half).rounded(.down) + half
      // The radius itself is the end of the last bin.
      counts[min(Int(place), Self.binCount - 1)] += 1
    }
    let old = extremes ?? new
    extremes = min(old.lowerBound, new.lowerBound)...max(old.upperBound, new.upperBound)
  }

  public func ranges() throws(ObserverError) -> [ClosedRange<Float>] {
    guard let extremes else { throw .nothingObserved }
    let total = counts.reduce(0, +)
    // Values that may be cut off at each end.
    let tail = min(Int(Double(total) * (1 - fraction) / 2), (total - 1) / 2)
    let low = edge(outside: tail, counts.indices, end: 0)
    let high = edge(outside: tail, counts.indices.reversed(), end: 1)
    // Rounding keeps order: an edge outside a float does not come to lie inside of it.
    return [max(Float(low), extremes.lowerBound)...min(Float(high), extremes.upperBound)]
  }

  /// The outer edge of the first bin, from one end, with which more than `tail` values are counted.
  private func edge(outside tail: Int, _ bins: some Sequence<Int>, end: Int) -> Double {
    var counted = 0
    for bin in bins {
      counted += counts[bin]
      if counted > tail { return Double(bin + end) * resolution - radius }
    }
    preconditionFailure("\(counted) values are no more than \(tail) of them")
  }

  private mutating func double() {
    let quarter = Self.binCount / 4
    var joined = [Int](repeating: 0, count: Self.binCount)
    for (bin, count) in counts.enumerated() { joined[bin / 2 + quarter] += count }
    counts = joined
    radius *= 2
  }
}

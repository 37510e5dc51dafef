/// Keeps the smallest and largest value ever seen.
public struct MinMaxObserver: ActivationObserver {
  public let axis: ObservedAxis
  private var seen: [ClosedRange<Float>] = []

  /// Nothing seen yet.
  public init(axis: ObservedAxis = .tensor) { self.axis = axis }

  public mutating func observe(
    _ batch: Matrix<Float>, on execution: Execution
  ) throws(ObserverError) {
    let columns = seen.isEmpty ? nil : seen.count
    guard let new = try extremes(batch, columns: columns, execution) else { return }
    guard !seen.isEmpty else {
      seen = new
      return
    }
    for (index, range) in new.enumerated() {
      let (low, high) = (seen[index].lowerBound, seen[index].upperBound)
      seen[index] = min(low, range.lowerBound)...max(high, range.upperBound)
    }
  }

  public func ranges() throws(ObserverError) -> [ClosedRange<Float>] {
    guard !seen.isEmpty else { throw .nothingObserved }
    return seen
  }
}

/// Averages the smallest and the largest values of batches, the latest with the most weight.
///
///     low ← low + c · (batch's smallest − low)
///
/// and likewise the largest; the first batch is taken as it is.
///
/// Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient
/// Integer-Arithmetic-Only Inference" (arXiv 1712.05877), section 3.1.
public struct MovingAverageObserver: ActivationObserver {
  public let axis: ObservedAxis
  /// The part of a new batch in the average.
  public let momentum: Float
  private var averages: [ClosedRange<Float>] = []

  /// Nothing seen yet.
  ///
  /// - Parameters:
  ///   - axis: What shares a range.
  ///   - momentum: The part of a new batch in the average, above 0 and at most 1.
  /// - Throws: ``ObserverError/momentum(_:)``.
  public init(axis: ObservedAxis = .tensor, momentum: Float = 0.01) throws(ObserverError) {
    guard momentum > 0, momentum <= 1 else { throw .momentum(momentum) }
    self.axis = axis
    self.momentum = momentum
  }

  public mutating func observe(
    _ batch: Matrix<Float>, on execution: Execution
  ) throws(ObserverError) {
    let columns = averages.isEmpty ? nil : averages.count
    guard let new = try extremes(batch, columns: columns, execution) else { return }
    guard !averages.isEmpty else {
      averages = new
      return
    }
    for (index, range) in new.enumerated() {
      let low = mixed(averages[index].lowerBound, range.lowerBound)
      averages[index] = low...max(low, mixed(averages[index].upperBound, range.upperBound))
    }
  }

  public func ranges() throws(ObserverError) -> [ClosedRange<Float>] {
    guard !averages.isEmpty else { throw .nothingObserved }
    return averages
  }

  /// In `Double`, where the difference of two floats cannot overflow.
  private func mixed(_ average: Float, _ new: Float) -> Float {
    Float(Double(average) + Double(momentum) * (Double(new) - Double(average)))
  }
}

/// A law that was fitted to rows, and how far it can be trusted.
public struct LawFit: Sendable {
  /// A value and the interval in which it lies, for most of the runs that might have been drawn.
  public struct Interval: Sendable, Hashable, Codable {
    /// With every run once.
    public let value: Double
    /// The ends; `nil` without replicates.
    public let low, high: Double?
  }

  /// A row that was not fitted.
  public struct Excluded: Sendable, Hashable, Codable {
    /// The row.
    public let row: LawRow
    /// Why.
    public let reason: String
  }

  /// What was fitted.
  public let law: PrecisionLaw
  /// Fits to runs drawn with replacement.
  public let replicates: [PrecisionLaw]
  /// The part of the replicates that lies in an interval.
  public let confidence: Double
  /// What was fitted to, with what the law says.
  public let residuals: [LawResidual]
  /// What was left out.
  public let excluded: [Excluded]
  /// Starts of the first search, and how many led to its best end.
  public let starts, agreeing: Int

  /// The interval of anything that follows from a law: constants trade off against each other, so a
  /// factor or an optimum is often known better than the constants it is made of.
  ///
  /// - Parameter function: What is asked of each law; `nil` where it says nothing.
  /// - Returns: `nil` if the fitted law itself says nothing.
  public func interval(_ function: (PrecisionLaw) -> Double?) -> Interval? {
    guard let value = function(law) else { return nil }
    let values = replicates.compactMap(function).sorted()
    guard let last = values.indices.last else { return Interval(value: value, low: nil, high: nil) }
    func quantile(_ part: Double) -> Double {
      let place = part * Double(last)
      let index = min(Int(place), last)
      let next = min(index + 1, last)
      return values[index] + (place - Double(index)) * (values[next] - values[index])
    }
    let tail = (1 - confidence) / 2
    return Interval(value: value, low: quantile(tail), high: quantile(1 - tail))
  }

  /// All constants with their intervals.
  public var constants: [(name: String, interval: Interval)] {
    law.constants.enumerated().compactMap { index, constant in
      interval { $0.constants[index].value }.map { (constant.name, $0) }
    }
  }
}

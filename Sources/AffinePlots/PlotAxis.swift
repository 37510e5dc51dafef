#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// What one axis of a plot says and how values lie along it.
public struct PlotAxis: Sendable, Hashable {
  /// What the values are, with their unit.
  public var label: String
  /// Whether equal distances are equal factors; only values above zero can be drawn then.
  public var isLogarithmic: Bool
  /// The values to show; if it is `nil`, all.
  public var range: ClosedRange<Double>?

  /// Names an axis.
  public init(
    _ label: String, isLogarithmic: Bool = false, range: ClosedRange<Double>? = nil
  ) {
    self.label = label
    self.isLogarithmic = isLogarithmic
    self.range = range
  }

  /// Beyond these, differences and ratios of values could overflow.
  private static let largest = 1e300, smallest = 1e-300

  /// Where a value lies: itself, or its logarithm; `nil` if it has no place.
  func place(_ value: Double) -> Double? {
    guard value.magnitude <= Self.largest else { return nil }
    guard isLogarithmic else { return value }
    return value >= Self.smallest ? log10(value) : nil
  }
}

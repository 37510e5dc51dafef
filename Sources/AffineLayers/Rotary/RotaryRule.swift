/// How positions turn the columns of a head (Su et al., arXiv 2104.09864).
public struct RotaryRule: Sendable, Hashable, Codable {
  /// The base of the angles by which positions turn pairs.
  public var base: Double
  /// Columns of a head that turn, from its first; the others stay.
  public var columns: Int
  /// What each pair's frequency is divided by, one a pair: linear, llama3, yarn and longrope; empty: nothing.
  public var divisors: [Double]
  /// What cosines and sines are multiplied by: yarn's and longrope's.
  public var magnitude: Double

  /// A plain rule, or one with frequencies divided.
  ///
  /// - Parameters:
  ///   - base: The base of the angles.
  ///   - columns: Columns of a head that turn, from its first: an even number.
  ///   - divisors: What each pair's frequency is divided by, one a pair; empty: nothing.
  ///   - magnitude: What cosines and sines are multiplied by.
  public init(base: Double, columns: Int, divisors: [Double] = [], magnitude: Double = 1) {
    self.base = base
    self.columns = columns
    self.divisors = divisors
    self.magnitude = magnitude
  }
}

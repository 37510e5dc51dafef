/// How far a float may lie from its reference.
public enum Tolerance: Sendable {
  /// Not at all.
  case exact
  /// Units in the last place of the reference.
  case ulps(Double)
  /// Of a dot product accumulated in `Float`: the sum of the magnitudes of its terms, times one
  /// rounding of 2⁻²⁴ for each of `roundings` operations a term can go through.
  ///
  /// Each operation errs by at most 2⁻²⁴ of its result, and every result is at most the sum of the
  /// magnitudes, so the bound holds to first order; one rounding more covers the second.
  case dot(roundings: Int)
  /// The same where both operands are rounded to bfloat16 first, by at most 2⁻⁸ each, and operations may be
  /// truncated, which errs by up to 2⁻²³.
  case brainDot(roundings: Int)

  /// The bound for a reference and the sum of the magnitudes of what was added up for it.
  public func bound(_ expected: Double, magnitude: Double) -> Double {
    switch self {
    case .exact: 0
    case .ulps(let count): count * Double(Float(expected).ulp)
    case .dot(let roundings):
      Double(roundings + 1) * 0x1p-24 * magnitude + Double(Float.leastNonzeroMagnitude)
    case .brainDot(let roundings):
      // Sums are those of rounded operands, whose magnitudes are larger by as much.
      ((1 + 0x1p-8) * (1 + 0x1p-8) * (1 + Double(roundings + 1) * 0x1p-23) - 1) * magnitude
        + Double(Float.leastNormalMagnitude)
    }
  }

  /// Whether `actual` is close enough to `expected`.
  public func accepts(_ actual: Float, _ expected: Double, magnitude: Double = 0) -> Bool {
    abs(Double(actual) - expected) <= bound(expected, magnitude: magnitude)
  }
}

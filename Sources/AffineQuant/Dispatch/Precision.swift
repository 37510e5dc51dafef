/// What the numbers of a product that are no whole numbers are multiplied as.
///
/// Products of whole numbers by whole numbers are exact and do not depend on it. QuantizationNumerics derives
/// the bounds.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// The floats that they are, summed with fused multiply-adds in ascending order: the same bits everywhere.
  case float32
  /// Rounded to bfloat16, to nearest even, which leaves 8 bits: products are exact, and sums are floats in an
  /// order of the CPU's. Bits differ between CPUs, within one bound. A value above the largest bfloat16,
  /// 3.39e38, becomes infinite.
  case bfloat16

  /// How far a product may lie from the exact one, relative to the sum of the magnitudes of its terms, where
  /// nothing overflows or becomes subnormal.
  ///
  /// - Parameter depth: How many terms there are.
  /// - Returns: The bound, a part of that sum.
  public func errorBound(depth: Int) -> Double {
    switch self {
    case .float32: Double(depth + 9) * 0x1p-24
    // Two operands are rounded; sums may be truncated.
    case .bfloat16: 0x1.01p-7 + Double(depth + 9) * 0x1.04p-23
    }
  }
}

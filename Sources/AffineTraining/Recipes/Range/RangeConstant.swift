#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What the range of `n` numbers is multiplied by to stand for their standard deviation.
///
/// Of `n` independent normal numbers the range grows like 2σ · √(2 ln n). Whatever the constant, the
/// gain that follows absorbs it, as long as running statistics use the same one.
///
/// Source: Banner et al., "Scalable Methods for 8-bit Training of Neural Networks" (arXiv 1805.11046).
public enum RangeConstant: String, Sendable, Hashable, Codable, CaseIterable {
  /// .35 / 2 · (1 + √(π ln 4)) / √(2 ln n), as the authors' code has it: within 10 % of the deviation
  /// from a few hundred numbers on.
  case fitted
  /// 1 / √(2 ln n), as printed in the paper: about twice the deviation.
  case printed

  /// The constant for `count` numbers; the range of one number is 0, whatever it is multiplied by.
  public func factor(count: Int) -> Double {
    let growth = (2 * log(Double(max(count, 2)))).squareRoot()
    return switch self {
    case .fitted: 0.35 / 2 * (1 + (.pi * log(4)).squareRoot()) / growth
    case .printed: 1 / growth
    }
  }
}

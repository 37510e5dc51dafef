#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension RangeNorm {
  /// What the range of `count` numbers is multiplied by to stand for their standard deviation.
  ///
  ///     .35 / 2 · (1 + √(π ln 4)) / √(2 ln count)
  ///
  /// Of `n` independent normal numbers the range grows like 2σ · √(2 ln n); from a few hundred numbers on
  /// this is within 10 % of σ. It is the constant of the authors' code; the paper's 1 / √(2 ln n) is
  /// about twice the deviation. The range of one number is 0, whatever it is multiplied by.
  public static func factor(count: Int) -> Double {
    0.35 / 2 * (1 + (.pi * log(4)).squareRoot()) / (2 * log(Double(max(count, 2)))).squareRoot()
  }
}

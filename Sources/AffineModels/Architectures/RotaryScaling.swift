internal import AffineLayers
internal import AffineQuant

/// How positions beyond those of training are made like those of training.
///
/// The formulas are those of transformers' `modeling_rope_utils`: of linear scaling, of Llama 3, of YaRN (Peng
/// et al., arXiv 2309.00071) and of LongRoPE (Ding et al., arXiv 2402.13753).
enum RotaryScaling {
  case none
  case linear(factor: Double)
  case llama3(factor: Double, low: Double, high: Double, original: Int)
  case yarn(
    factor: Double, original: Int, fast: Double, slow: Double, truncates: Bool, magnitude: Double)
  case factors([Double], magnitude: Double)

  /// The rule for heads of which some columns turn.
  func rule(base: Double, columns: Int) -> RotaryRule {
    let pairs = columns / 2
    switch self {
    case .none: return RotaryRule(base: base, columns: columns)
    case .linear(let factor):
      return RotaryRule(
        base: base, columns: columns,
        divisors: factor == 1 ? [] : [Double](repeating: factor, count: pairs))
    case .llama3(let factor, let low, let high, let original):
      let divisors = (0..<pairs).map { pair in
        let turns = Double(original) * Self.frequency(base, pair, columns) / (2 * Double.pi)
        let smooth = min(max((turns - low) / (high - low), 0), 1)
        return 1 / ((1 - smooth) / factor + smooth)
      }
      return RotaryRule(base: base, columns: columns, divisors: divisors)
    case .yarn(let factor, let original, let fast, let slow, let truncates, let magnitude):
      // The column whose pair makes so many turns in the original context.
      let column = { (turns: Double) in
        Double(columns) * FloatFunctions.logarithm(Double(original) / (turns * 2 * Double.pi))
          / (2 * FloatFunctions.logarithm(base))
      }
      var (first, last) = (column(fast), column(slow))
      if truncates { (first, last) = (first.rounded(.down), last.rounded(.up)) }
      (first, last) = (max(first, 0), min(last, Double(columns - 1)))
      if first == last { last += 0.001 }
      let divisors = (0..<pairs).map { pair in
        let ramp = min(max((Double(pair) - first) / (last - first), 0), 1)
        return 1 / (ramp / factor + 1 - ramp)
      }
      return RotaryRule(base: base, columns: columns, divisors: divisors, magnitude: magnitude)
    case .factors(let divisors, let magnitude):
      return RotaryRule(base: base, columns: columns, divisors: divisors, magnitude: magnitude)
    }
  }

  private static func frequency(_ base: Double, _ pair: Int, _ columns: Int) -> Double {
    FloatFunctions.power(base, -2 * Double(pair) / Double(columns))
  }

  /// YaRN's factor of cosines and sines.
  static func yarnMagnitude(factor: Double, scale: Double = 1) -> Double {
    factor <= 1 ? 1 : 0.1 * scale * FloatFunctions.logarithm(factor) + 1
  }

  /// LongRoPE's.
  static func longMagnitude(factor: Double, original: Int) -> Double {
    guard factor > 1, original > 1 else { return 1 }
    return (1 + FloatFunctions.logarithm(factor) / FloatFunctions.logarithm(Double(original)))
      .squareRoot()
  }
}

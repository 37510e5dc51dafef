/// How a value between two codes becomes one of them.
public enum Rounding: Sendable, Hashable {
  /// The nearest code, ties to even.
  case nearestEven
  /// The code below.
  case floor
  /// Up with the probability of the fraction: unbiased.
  ///
  /// The random number of an element depends on the seed, the step and the element's index alone,
  /// so the result is the same on any number of threads.
  case stochastic(seed: UInt64, step: UInt64 = 0)

  /// Rounds the value of one element.
  @inline(__always)
  func round(_ value: Float, element: Int) -> Float {
    switch self {
    case .nearestEven: value.rounded(.toNearestOrEven)
    case .floor: value.rounded(.down)
    case .stochastic(let seed, let step):
      Self.roundUp(value, below: Self.uniform(seed: seed, step: step, element: element))
    }
  }

  /// Compares fractions instead of adding the random number, which would round away near 2^24.
  @inline(__always)
  private static func roundUp(_ value: Float, below threshold: Float) -> Float {
    let lower = value.rounded(.down)
    return threshold < value - lower ? lower + 1 : lower
  }

  /// A number in [0, 1) with 24 random bits: the output of SplitMix64 (Steele et al., 2014) at a
  /// counter, keyed by seed and step.
  @inline(__always)
  static func uniform(seed: UInt64, step: UInt64, element: Int) -> Float {
    let key = mix(seed &+ 0x9e37_79b9_7f4a_7c15 &* (step &+ 1))
    let word = mix(key &+ 0x9e37_79b9_7f4a_7c15 &* (UInt64(truncatingIfNeeded: element) &+ 1))
    return Float(word >> 40) * 0x1p-24
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

/// How a value between two codes becomes one of them.
public enum Rounding: Sendable, Hashable {
  /// The nearest code, ties to even.
  case nearestEven
  /// The code below.
  case floor
  /// The code nearer to zero, as a conversion to a whole number in C: biased, and here to show it.
  case towardZero
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
    case .towardZero: value.rounded(.towardZero)
    case .stochastic(let seed, let step):
      Self.round(value, Self.key(seed: seed, step: step), element)
    }
  }

  /// The key of the random numbers, where there are any.
  var key: UInt64? {
    guard case .stochastic(let seed, let step) = self else { return nil }
    return Self.key(seed: seed, step: step)
  }

  /// Rounds the value of one element at random.
  @inline(__always)
  static func round(_ value: Float, _ key: UInt64, _ element: Int) -> Float {
    roundUp(value, below: uniform(key, element))
  }

  /// Compares fractions instead of adding the random number, which would round away near 2^24.
  @inline(__always)
  private static func roundUp(_ value: Float, below threshold: Float) -> Float {
    let lower = value.rounded(.down)
    // A sum, since a jump that is taken at random is never foreseen.
    return lower + (threshold < value - lower ? 1 : 0)
  }

  /// A number in [0, 1) with 24 random bits.
  @inline(__always)
  static func uniform(_ key: UInt64, _ element: Int) -> Float {
    Float(SplitMix.word(key, element) >> 40) * 0x1p-24
  }

  /// The key of the random numbers of a step.
  @inline(__always)
  static func key(seed: UInt64, step: UInt64) -> UInt64 { SplitMix.key(seed: seed, step: step) }
}

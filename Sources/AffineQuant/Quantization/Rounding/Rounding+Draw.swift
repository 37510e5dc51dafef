extension Rounding {
  /// A number in [0, 1) with 48 random bits that depends on seed, step and index alone; other ones than
  /// ``stochastic(seed:step:)`` takes with the same seed.
  package static func draw(seed: UInt64, step: UInt64, index: Int) -> Double {
    let key = key(seed: ~seed, step: step)
    let (coarse, fine) = (uniform(key, 2 * index), uniform(key, 2 * index + 1))
    return Double(coarse) + Double(fine) * 0x1p-24
  }
}

/// The random numbers of SplitMix64 (Steele et al., 2014) at a counter: each depends on it alone.
package enum SplitMix {
  /// What one counter is more than the one before.
  static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// Where the counters of a seed and a step start.
  @inline(__always)
  package static func key(seed: UInt64, step: UInt64) -> UInt64 {
    mix(seed &+ increment &* (step &+ 1))
  }

  /// The 64 random bits of an element.
  @inline(__always)
  package static func word(_ key: UInt64, _ element: Int) -> UInt64 {
    mix(key &+ increment &* (UInt64(truncatingIfNeeded: element) &+ 1))
  }

  /// A seed for a stream of its own, as of one tensor among those that share a seed.
  package static func seed(_ seed: UInt64, stream: Int) -> UInt64 {
    // Mixed twice: a sum of both would give one stream's next step to another stream.
    word(mix(seed), stream)
  }

  /// The number at a counter.
  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

internal import AffineQuant

/// An order of some things that a seed fixes, without a list of it.
///
/// A Feistel network permutes the next power of four; places beyond the count are permuted again (Black and
/// Rogaway, "Ciphers with arbitrary finite domains", 2002).
struct Permutation {
  private let count: Int
  private let key: UInt64
  /// Bits of each half of a place.
  private let bits: Int

  /// - Precondition: There is something.
  init(count: Int, key: UInt64) {
    precondition(count > 0, "an order of nothing")
    self.count = count
    self.key = key
    bits = (Int.bitWidth - (count - 1).leadingZeroBitCount + 1) / 2
  }

  /// The order in which an epoch reads things.
  init(count: Int, epoch: Int, seed: UInt64) {
    let key = SplitMix.key(
      seed: SplitMix.seed(seed, stream: -1), step: UInt64(truncatingIfNeeded: epoch))
    self.init(count: count, key: key)
  }

  /// What stands at a place.
  subscript(place: Int) -> Int {
    var value = place
    repeat { value = permuted(value) } while value >= count
    return value
  }

  private func permuted(_ value: Int) -> Int {
    let mask = 1 << bits - 1
    var (left, right) = (value >> bits, value & mask)
    for round in 0..<4 {
      let word = Int(truncatingIfNeeded: SplitMix.word(key, round << bits | right))
      (left, right) = (right, left ^ (word & mask))
    }
    return left << bits | right
  }
}

/// Which pairs of tokens become one, and in what order.
struct MergeTable: Sendable {
  /// A merge: the lower the rank, the earlier it is done.
  struct Merge {
    let rank: UInt32
    let token: Int32
  }

  /// The two tokens of a pair, or `free`; at most three quarters of the slots are taken.
  private var pairs: [UInt64]
  /// Rank and token.
  private var merges: [UInt64]

  private static let free = UInt64.max
  /// Drawn anew for each table, so that no file can be made whose pairs all meet in one slot.
  private let factor = UInt64.random(in: 0...UInt64.max) | 1
  /// How far the high bits of a product are from a slot.
  private let shift: UInt64

  /// A table for at most `count` merges.
  init(capacity count: Int) {
    var slotCount = 16
    while 3 * slotCount < 4 * count { slotCount *= 2 }
    shift = UInt64(slotCount.leadingZeroBitCount + 1)
    pairs = [UInt64](repeating: Self.free, count: slotCount)
    merges = [UInt64](repeating: 0, count: slotCount)
  }

  /// Adds a merge; the first of two for one pair stays.
  mutating func insert(_ left: Int32, _ right: Int32, rank: Int, token: Int32) {
    let slot = slot(Self.pair(left, right))
    guard pairs[slot] == Self.free else { return }
    pairs[slot] = Self.pair(left, right)
    merges[slot] = UInt64(rank) << 32 | UInt64(token)
  }

  /// What a pair becomes, if anything; tokens below zero never do.
  func find(_ left: Int32, _ right: Int32) -> Merge? {
    guard left >= 0, right >= 0 else { return nil }
    let slot = slot(Self.pair(left, right))
    guard pairs[slot] != Self.free else { return nil }
    return Merge(
      rank: UInt32(merges[slot] >> 32), token: Int32(truncatingIfNeeded: merges[slot]))
  }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ pair: UInt64) -> Int {
    let mask = pairs.count - 1
    // The high bits of the product depend on all bits of the pair.
    var slot = Int((pair &* factor) &>> shift)
    while pairs[slot] != Self.free, pairs[slot] != pair { slot = (slot + 1) & mask }
    return slot
  }
}

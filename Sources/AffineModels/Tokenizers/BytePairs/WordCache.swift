/// The tokens of short words that a text had before.
///
/// It lives as long as one text is tokenized: what a text becomes does not depend on earlier ones.
struct WordCache {
  /// The bytes of a word and, in the highest one, their count.
  typealias Key = (low: UInt64, high: UInt64)

  private var lows: [UInt64]
  private var highs: [UInt64]
  /// Where a word's tokens lie: the start above 8 bits of their count.
  private var places: [UInt64]
  private var tokens: [Int] = []

  /// Longer words are rare, and fit no key.
  static let longestWord = 15

  /// Larger ones leave the processor's second cache.
  private static let mostSlots = 1 << 15

  /// How many slots are tried for a word.
  private static let mostProbes = 4

  /// A cache that suits a text of a number of bytes.
  init(textCount: Int) {
    var slotCount = 16
    // A new word every 16 bytes is more than texts have.
    while slotCount < textCount / 16, slotCount < Self.mostSlots { slotCount *= 2 }
    lows = [UInt64](repeating: 0, count: slotCount)
    highs = [UInt64](repeating: 0, count: slotCount)
    places = [UInt64](repeating: 0, count: slotCount)
  }

  /// The key of a word of 1 to 15 bytes.
  static func key(_ text: [UInt8], _ range: Range<Int>) -> Key {
    var (low, high): Key = (0, 0)
    for index in range {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(text[index])
    }
    return (low, high | UInt64(range.count) << 56)
  }

  /// Appends the tokens of a word if it is known.
  func append(_ key: Key, to result: inout [Int]) -> Bool {
    var slot = slot(key)
    for _ in 0..<Self.mostProbes {
      if lows[slot] == key.low, highs[slot] == key.high {
        let start = Int(places[slot] >> 8)
        for index in start..<start + Int(places[slot] & 0xff) { result.append(tokens[index]) }
        return true
      }
      guard highs[slot] != 0 else { return false }
      slot = (slot + 1) & (lows.count - 1)
    }
    return false
  }

  /// Remembers the tokens of a word, unless the slots for it are taken.
  mutating func insert(_ key: Key, _ found: ArraySlice<Int>) {
    var slot = slot(key)
    for _ in 0..<Self.mostProbes {
      if highs[slot] == 0 {
        (lows[slot], highs[slot]) = key
        places[slot] = UInt64(tokens.count) << 8 | UInt64(found.count)
        tokens += found
        return
      }
      slot = (slot + 1) & (lows.count - 1)
    }
  }

  private func slot(_ key: Key) -> Int {
    let product = (key.low ^ (key.high &* 0xff51_afd7_ed55_8ccd)) &* 0x9e37_79b9_7f4a_7c15
    return Int(product >> 40) & (lows.count - 1)
  }
}

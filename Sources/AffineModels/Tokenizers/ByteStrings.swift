/// Many strings of bytes in one piece of memory.
struct ByteStrings: Sendable {
  private(set) var bytes: [UInt8] = []
  private var ends: [UInt32] = [0]

  var count: Int { ends.count - 1 }

  mutating func append(_ string: some Sequence<UInt8>) {
    bytes += string
    ends.append(UInt32(bytes.count))
  }

  /// - Throws: ``TokenizerError/tooMany(of:found:most:)`` for names that ends in 32 bits cannot count.
  static func check(_ vocabulary: [String]) throws(TokenizerError) {
    let count = vocabulary.reduce(0) { $0 + $1.utf8.count }
    guard count <= UInt32.max else {
      throw .tooMany(of: "bytes of names", found: count, most: Int(UInt32.max))
    }
  }

  /// The same without the room that arrays leave for growing.
  var compacted: ByteStrings {
    var strings = ByteStrings()
    (strings.bytes, strings.ends) = (bytes.map(\.self), ends.map(\.self))
    return strings
  }

  /// Where a string lies in ``bytes``.
  func range(_ index: Int) -> Range<Int> { Int(ends[index])..<Int(ends[index + 1]) }

  subscript(index: Int) -> [UInt8] { Array(bytes[range(index)]) }
}

/// Finds a string of bytes among many.
///
/// Strings of Swift are equal when they look alike; tokens are equal when their bytes are.
struct ByteStringTable: Sendable {
  private var strings = ByteStrings()
  private var numbers: [Int32] = []
  /// The place of a string plus one, or zero; at most three quarters of them are taken.
  private var slots: [Int32]
  /// The bytes of the longest string.
  private(set) var longest = 0
  /// Drawn anew for each table, so that no file can be made whose strings all meet in one slot.
  private let seed = UInt64.random(in: 0...UInt64.max)

  /// A table for at most `count` strings.
  init(capacity count: Int) {
    var slotCount = 16
    while 3 * slotCount < 4 * count { slotCount *= 2 }
    slots = [Int32](repeating: 0, count: slotCount)
  }

  /// Gives a string a number; the last of two numbers stays.
  mutating func insert(_ string: [UInt8], as number: Int) {
    let slot = slot(of: string, string.indices)
    guard slots[slot] == 0 else {
      numbers[Int(slots[slot]) - 1] = Int32(number)
      return
    }
    strings.append(string)
    numbers.append(Int32(number))
    slots[slot] = Int32(numbers.count)
    longest = max(longest, string.count)
  }

  /// The same without the room that arrays leave for growing.
  var compacted: ByteStringTable {
    var table = self
    (table.strings, table.numbers) = (strings.compacted, numbers.map(\.self))
    return table
  }

  /// The number of a part of a text, if it has one.
  func find(_ text: [UInt8], _ range: Range<Int>) -> Int? {
    guard range.count <= longest else { return nil }
    let place = slots[slot(of: text, range)]
    return place == 0 ? nil : Int(numbers[Int(place) - 1])
  }

  /// The longest string that a text goes on with, and where that ends; a string ends between characters.
  func longest(_ text: [UInt8], from start: Int) -> (number: Int, end: Int)? {
    var found: (number: Int, end: Int)?
    var hash = seed
    for end in start + 1..<min(text.count, start + longest) + 1 {
      hash = Self.hash(hash, text[end - 1])
      // A continuation byte after the end would be a character cut in two.
      guard end == text.count || text[end] & 0xc0 != 0x80 else { continue }
      let place = slots[slot(hash, of: text, start..<end)]
      if place != 0 { found = (Int(numbers[Int(place) - 1]), end) }
    }
    return found
  }

  /// Where a string lies, or would.
  private func slot(of text: [UInt8], _ range: Range<Int>) -> Int {
    slot(range.reduce(seed) { Self.hash($0, text[$1]) }, of: text, range)
  }

  /// One step of FNV-1a.
  private static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  private func slot(_ hash: UInt64, of text: [UInt8], _ range: Range<Int>) -> Int {
    let mask = slots.count - 1
    // FNV-1a leaves the low bits poorer than the high ones.
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[slot] != 0, !isEqual(Int(slots[slot]) - 1, text, range) { slot = (slot + 1) & mask }
    return slot
  }

  private func isEqual(_ place: Int, _ text: [UInt8], _ range: Range<Int>) -> Bool {
    let stored = strings.range(place)
    guard stored.count == range.count else { return false }
    let shift = stored.lowerBound - range.lowerBound
    for index in range where strings.bytes[index + shift] != text[index] { return false }
    return true
  }
}

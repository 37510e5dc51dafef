/// Many strings of bytes in one piece of memory.
struct ByteStrings: Sendable {
  private(set) var bytes: [UInt8] = []
  private var ends: [UInt32] = [0]

  var count: Int { ends.count - 1 }

  /// Strings by number.
  init(_ strings: some Sequence<some Sequence<UInt8>>) {
    for string in strings {
      bytes += string
      ends.append(UInt32(bytes.count))
    }
    // Without the room that arrays leave for growing.
    (bytes, ends) = (bytes.map(\.self), ends.map(\.self))
  }

  /// - Throws: ``TokenizerError/tooMany(of:found:most:)`` for names that ends in 32 bits cannot count.
  static func check(_ vocabulary: [String]) throws(TokenizerError) {
    let count = vocabulary.reduce(0) { $0 + $1.utf8.count }
    guard count <= UInt32.max else {
      throw .tooMany(of: "bytes of names", found: count, most: Int(UInt32.max))
    }
  }

  /// Where a string lies in ``bytes``.
  func range(_ index: Int) -> Range<Int> { Int(ends[index])..<Int(ends[index + 1]) }

  subscript(index: Int) -> [UInt8] { Array(bytes[range(index)]) }
}

/// Finds a string of bytes among many.
///
/// Strings of Swift are equal when they look alike; tokens are equal when their bytes are.
struct ByteStringTable: Sendable {
  /// The strings by number.
  let strings: ByteStrings
  /// The number of a string plus one, or zero; at most three quarters of them are taken.
  private var slots: [Int32]
  /// The bytes of the longest string.
  private(set) var longest = 0
  /// Drawn anew for each table, so that no file can be made whose strings all meet in one slot.
  private let seed = UInt64.random(in: 0...UInt64.max)

  /// A table of all strings but empty ones; of equal ones the last is found.
  init(_ strings: ByteStrings) {
    self.strings = strings
    var slotCount = 16
    while 3 * slotCount < 4 * strings.count { slotCount *= 2 }
    slots = [Int32](repeating: 0, count: slotCount)
    for number in 0..<strings.count {
      let range = strings.range(number)
      guard !range.isEmpty else { continue }
      slots[slot(of: strings.bytes, range)] = Int32(number) + 1
      longest = max(longest, range.count)
    }
  }

  /// The number of a part of a text, if it has one.
  func find(_ text: [UInt8], _ range: Range<Int>) -> Int? {
    guard range.count <= longest else { return nil }
    let found = slots[slot(of: text, range)]
    return found == 0 ? nil : Int(found) - 1
  }

  /// The longest string that a text goes on with, and where that ends; a string ends between characters.
  func longest(_ text: [UInt8], from start: Int) -> (number: Int, end: Int)? {
    var found: (number: Int, end: Int)?
    var hash = seed
    for end in start + 1..<min(text.count, start + longest) + 1 {
      hash = Self.hash(hash, text[end - 1])
      // A continuation byte after the end would be a character cut in two.
      guard end == text.count || text[end] & 0xc0 != 0x80 else { continue }
      let number = slots[slot(hash, of: text, start..<end)]
      if number != 0 { found = (Int(number) - 1, end) }
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

  private func isEqual(_ number: Int, _ text: [UInt8], _ range: Range<Int>) -> Bool {
    let stored = strings.range(number)
    guard stored.count == range.count else { return false }
    let shift = stored.lowerBound - range.lowerBound
    for index in range where strings.bytes[index + shift] != text[index] { return false }
    return true
  }
}

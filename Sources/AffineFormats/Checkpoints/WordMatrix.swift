internal import AffineQuant

/// Words of 32 bits, row by row, in which codes are packed with the low bits first.
struct WordMatrix: Sendable {
  let rows: Int
  let columns: Int
  let words: Buffer<UInt32>

  /// The words of each column side by side.
  func transposed() -> WordMatrix {
    let source = words.span
    let turned = Buffer<UInt32>(count: words.count, zeroed: false) { turned in
      // A tile of whole cache lines at a time, so that each is read once.
      let tile = 16
      for first in stride(from: 0, to: columns, by: tile) {
        for row in 0..<rows {
          for column in first..<min(first + tile, columns) {
            turned[column * rows + row] = source[row * columns + column]
          }
        }
      }
    }
    return WordMatrix(rows: columns, columns: rows, words: turned)
  }

  /// How many codes the words of a row hold without a gap; `nil` if some bits are left over.
  func codes(bits: Int) -> Int? {
    // The words are in memory: their bits count far below overflow.
    (columns * 32).isMultiple(of: bits) ? columns * 32 / bits : nil
  }

  /// The words that `count` codes take without a gap between them.
  static func denseWords(_ count: Int, bits: Int) -> Int { (count * bits + 31) / 32 }

  /// The words that `count` codes take where none lies in two words.
  static func wholeWords(_ count: Int, bits: Int) -> Int {
    let each = 32 / bits
    return (count + each - 1) / each
  }

  /// Unpacks the first codes of a row, in either packing: the number of words tells which.
  ///
  /// Where both take as many words, as some short rows do, the codes are read without a gap.
  func unpack(row: Int, bits: Int, into codes: inout [UInt8]) {
    let isDense = columns == Self.denseWords(codes.count, bits: bits)
    let each = 32 / bits
    let mask = UInt64(1) << UInt64(bits) - 1
    let words = words.span.extracting(row * columns..<(row + 1) * columns)
    for index in codes.indices {
      let bit = isDense ? index * bits : index / each * 32 + index % each * bits
      let word = bit / 32
      // A code may end in the next word.
      let next = bit % 32 + bits > 32 ? UInt64(words[word + 1]) << 32 : 0
      codes[index] = UInt8(
        truncatingIfNeeded: (UInt64(words[word]) | next) >> UInt64(bit % 32) & mask)
    }
  }
}

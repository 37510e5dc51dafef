internal import AffineQuant

/// Codes as unsigned numbers, in the rows of bits that a matrix has.
struct PackedRows: Sendable {
  let shape: Shape
  let bits: Int
  let bytes: Buffer<UInt8>

  private var rowBytes: Int { CodeFormat.unsigned(bits: bits).byteCount(columns: shape.columns) }

  init(_ shape: Shape, bits: Int, bytes: Buffer<UInt8>) {
    self.shape = shape
    self.bits = bits
    self.bytes = bytes
  }

  /// The codes of rows of words, of which each is one stream of bits: our own packing.
  init(_ words: WordMatrix, columns: Int, bits: Int) {
    self.init(Shape(words.rows, columns), bits: bits, bytes: words.words.bytes)
  }

  /// The codes of rows of words in either packing, of which each row has some bits to spare.
  init(unpacking words: WordMatrix, columns: Int, bits: Int) {
    let shape = Shape(words.rows, columns)
    let bytes = CodeFormat.unsigned(bits: bits).packedRows(shape) { row, codes in
      words.unpack(row: row, bits: bits, into: &codes)
    }
    self.init(shape, bits: bits, bytes: bytes)
  }

  /// The same codes less half their range, in two's complement: the highest bit turned over.
  func centered() -> PackedRows {
    var mask = [UInt8](repeating: 0, count: rowBytes)
    for column in 0..<shape.columns {
      let bit = column * bits + bits - 1
      mask[bit / 8] |= 1 << UInt8(bit % 8)
    }
    let source = bytes.span
    let turned = Buffer<UInt8>(count: source.count, zeroed: false) { turned in
      for row in 0..<shape.rows {
        let start = row * rowBytes
        for byte in mask.indices { turned[start + byte] = source[start + byte] ^ mask[byte] }
      }
    }
    return PackedRows(shape, bits: bits, bytes: turned)
  }

  /// The columns in another order.
  func ordered(by columns: [Int]) -> PackedRows {
    let ordered = CodeFormat.unsigned(bits: bits).packedRows(shape) { row, codes in
      for (place, column) in columns.enumerated() { codes[place] = code(row, column) }
    }
    return PackedRows(shape, bits: bits, bytes: ordered)
  }

  /// One code.
  func code(_ row: Int, _ column: Int) -> UInt8 {
    let bit = column * bits
    let start = row * rowBytes
    // A code spans two bytes at most; the second exists only if it is needed.
    let last = start + (bit + bits - 1) / 8
    let word = UInt16(bytes[start + bit / 8]) | UInt16(bytes[last]) << 8
    return UInt8(truncatingIfNeeded: word >> UInt16(bit % 8) & (UInt16(1) << UInt16(bits) - 1))
  }
}

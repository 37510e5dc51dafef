extension CodeFormat {
  /// Reads some codes of a row; for small floats their bit patterns.
  @inline(__always)
  func code(_ row: borrowing Span<UInt8>, column: Int) -> Int16 {
    let position = column * bits
    let byte = position >> 3
    // A code of up to 8 bits spans two bytes at most; the second exists only if it is needed.
    let last = (position + bits - 1) >> 3
    let word = UInt16(row[byte]) | UInt16(row[last]) << 8
    return decode(word >> UInt16(position & 7))
  }

  /// The code in the low bits of a word.
  @inline(__always)
  private func decode(_ word: UInt16) -> Int16 {
    let pattern = word & (1 << UInt16(bits) - 1)
    guard isSigned else { return Int16(truncatingIfNeeded: pattern) }
    let sign: UInt16 = 1 << UInt16(bits - 1)
    return Int16(bitPattern: pattern ^ sign) &- Int16(bitPattern: sign)
  }

  /// Reads all codes of a row, one a number.
  package func unpack(_ row: borrowing Span<UInt8>, into codes: inout MutableSpan<Int16>) {
    switch self {
    case .signed(bits: 8):
      for column in codes.indices { codes[column] = Int16(Int8(bitPattern: row[column])) }
    case .unsigned(bits: 8), .float(.float8e4m3), .float(.float8e5m2):
      for column in codes.indices { codes[column] = Int16(row[column]) }
    case .signed(bits: 4), .unsigned(bits: 4), .float(.float4e2m1):
      unpackNibbles(row, into: &codes)
    default:
      for column in codes.indices { codes[column] = code(row, column: column) }
    }
  }

  private func unpackNibbles(_ row: borrowing Span<UInt8>, into codes: inout MutableSpan<Int16>) {
    for byte in 0..<codes.count / 2 {
      let pair = UInt16(row[byte])
      codes[2 * byte] = decode(pair)
      codes[2 * byte + 1] = decode(pair >> 4)
    }
    if codes.count % 2 == 1 { codes[codes.count - 1] = decode(UInt16(row[codes.count / 2])) }
  }

  /// Writes the codes of a row; bits beyond the last code are zero.
  package func pack(_ codes: borrowing Span<UInt8>, into row: inout MutableSpan<UInt8>) {
    switch bits {
    case 8:
      for column in codes.indices { row[column] = codes[column] }
    case 4:
      PackKernels.packNibbles(codes, into: &row)
    default:
      packStream(codes, into: &row)
    }
  }

  /// Rows of codes, each a bit stream of whole bytes, as matrices hold them.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns.
  ///   - fill: Writes the bit patterns of a row, one a byte.
  /// - Returns: The bytes, row by row.
  package func packedRows(
    _ shape: Shape, _ fill: (_ row: Int, _ codes: inout [UInt8]) -> Void
  ) -> Buffer<UInt8> {
    let rowBytes = byteCount(columns: shape.columns)
    var codes = [UInt8](repeating: 0, count: shape.columns)
    return Buffer(count: shape.rows * rowBytes) { memory in
      for row in 0..<shape.rows {
        fill(row, &codes)
        var target = memory.part(row * rowBytes..<(row + 1) * rowBytes)
        pack(codes.span, into: &target)
      }
    }
  }

  private func packStream(_ codes: borrowing Span<UInt8>, into row: inout MutableSpan<UInt8>) {
    let mask: UInt16 = 1 << UInt16(bits) - 1
    var (word, filled, byte): (UInt16, Int, Int) = (0, 0, 0)
    for column in codes.indices {
      word |= (UInt16(codes[column]) & mask) << UInt16(filled)
      filled += bits
      if filled >= 8 {
        row[byte] = UInt8(truncatingIfNeeded: word)
        (word, filled, byte) = (word >> 8, filled - 8, byte + 1)
      }
    }
    if filled > 0 { row[byte] = UInt8(truncatingIfNeeded: word) }
  }
}

extension CodeMatrix {
  /// The code of one element.
  package func code(row: Int, column: Int) -> Int {
    precondition(
      (0..<shape.rows).contains(row) && (0..<shape.columns).contains(column),
      "(\(row), \(column)) is outside \(shape)")
    if let tiles { return tileCode(tiles, row: row, column: column) }
    return Int(storage.code(codes.span.extracting(codeBytes(ofRow: row)), column: column))
  }

  /// Every code, row by row.
  package func unpackedCodes() -> [Int16] {
    let span = codes.span
    return [Int16](capacity: shape.count) { output in
      output.append(repeating: 0, count: shape.count)
      var all = output.mutableSpan
      for row in 0..<shape.rows {
        var target = all.part(row * shape.columns..<(row + 1) * shape.columns)
        storage.unpack(span.extracting(codeBytes(ofRow: row)), into: &target)
      }
    }
  }
}

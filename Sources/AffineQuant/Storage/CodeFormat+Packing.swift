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
  package func unpack(
    _ row: borrowing Span<UInt8>, into codes: inout MutableSpan<Int16>,
    _ execution: Execution = .standard
  ) {
    var bytes = [UInt8](repeating: 0, count: codes.count)
    var span = bytes.mutableSpan
    unpack(row, into: &span, BitKernels.unpack.best(on: execution))
    if isSigned {
      for column in codes.indices { codes[column] = Int16(Int8(bitPattern: span[column])) }
    } else {
      for column in codes.indices { codes[column] = Int16(span[column]) }
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
}

extension CodeMatrix {
  /// The code of one element. A call would copy all of the matrix's fields.
  @inline(__always)
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

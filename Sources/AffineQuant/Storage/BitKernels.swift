internal import AffineKernels

/// The kernels between codes of 1 to 8 bits and bytes.
enum BitKernels {
  static let unpack = unsafe KernelTable<UnpackCodes>(
    aq_unpack_any(), portable: "aq_unpack_any_portable"
  ) { family in
    let arguments = unsafe family.c
    let bits = unsafe Int(arguments.bits)
    let mask = UInt16(1) << UInt16(bits) - 1
    for index in unsafe 0..<arguments.count {
      let first = index * bits
      // A code spans two bytes at most; the second exists only if it is needed.
      let (byte, last) = (first >> 3, (first + bits - 1) >> 3)
      let word = unsafe UInt16(arguments.packed[byte]) | UInt16(arguments.packed[last]) << 8
      let pattern = UInt8(truncatingIfNeeded: word >> UInt16(first & 7) & mask)
      unsafe arguments.codes[index] = (pattern ^ arguments.flip) &+ arguments.offset
    }
  }

  static let pack = unsafe KernelTable<PackCodes>(
    aq_pack_any(), portable: "aq_pack_any_portable"
  ) { family in
    let arguments = unsafe family.c
    let bits = unsafe Int(arguments.bits)
    let mask = UInt16(1) << UInt16(bits) - 1
    var (word, filled, byte): (UInt16, Int, Int) = (0, 0, 0)
    for index in unsafe 0..<arguments.count {
      word |= unsafe (UInt16(arguments.codes[index]) & mask) << UInt16(filled)
      filled += bits
      if filled >= 8 {
        unsafe arguments.packed[byte] = UInt8(truncatingIfNeeded: word)
        (word, filled, byte) = (word >> 8, filled - 8, byte + 1)
      }
    }
    if filled > 0 { unsafe arguments.packed[byte] = UInt8(truncatingIfNeeded: word) }
  }
}

extension CodeFormat {
  /// The codes of a row, one a byte, plus an offset, modulo 256; of small floats the bit patterns.
  func unpack(
    _ row: borrowing Span<UInt8>, offset: UInt8 = 0, into codes: inout MutableSpan<UInt8>,
    _ kernel: Kernel<UnpackCodes>
  ) {
    precondition(
      row.count >= byteCount(columns: codes.count), "\(codes.count) codes of \(row.count) bytes")
    let sign: UInt8 = isSigned ? 1 << UInt8(bits - 1) : 0
    unsafe row.withUnsafeBufferPointer { row in
      unsafe codes.withUnsafeMutableBufferPointer { codes in
        guard let from = row.baseAddress, let to = codes.baseAddress else { return }
        var arguments = unsafe UnpackCodes(
          c: aq_unpack_args(
            count: codes.count, packed: from, bits: UInt32(bits), flip: sign,
            offset: offset &- sign, codes: to))
        kernel(&arguments)
      }
    }
  }

  /// Writes the codes of a row, given one a byte; bits beyond the last code are zero.
  package func pack(
    _ codes: borrowing Span<UInt8>, into row: inout MutableSpan<UInt8>,
    _ execution: Execution = .standard
  ) {
    pack(codes, into: &row, BitKernels.pack.best(on: execution))
  }

  func pack(
    _ codes: borrowing Span<UInt8>, into row: inout MutableSpan<UInt8>, _ kernel: Kernel<PackCodes>
  ) {
    precondition(
      row.count == byteCount(columns: codes.count), "\(codes.count) codes in \(row.count) bytes")
    unsafe codes.withUnsafeBufferPointer { codes in
      unsafe row.withUnsafeMutableBufferPointer { row in
        guard let from = codes.baseAddress, let to = row.baseAddress else { return }
        var arguments = unsafe PackCodes(
          c: aq_pack_args(count: codes.count, codes: from, bits: UInt32(bits), packed: to))
        kernel(&arguments)
      }
    }
  }
}

internal import AffineKernels

/// The kernels that put codes of one byte each together.
enum PackKernels {
  /// Two codes a byte, the earlier in the low half; the last of an odd count is alone.
  static let nibbles = unsafe KernelTable<PackNibbles>(
    aq_pack_4(), portable: "aq_pack_4_portable"
  ) { family in
    let arguments = unsafe family.c
    for byte in unsafe 0..<(arguments.count + 1) / 2 {
      let low = unsafe arguments.codes[2 * byte] & 0x0f
      let hasHigh = unsafe 2 * byte + 1 < arguments.count
      let high = unsafe hasHigh ? arguments.codes[2 * byte + 1] << 4 : 0
      unsafe arguments.packed[byte] = low | high
    }
  }

  /// Packs a row with the fastest kernel.
  static func packNibbles(_ codes: borrowing Span<UInt8>, into row: inout MutableSpan<UInt8>) {
    precondition(row.count == (codes.count + 1) / 2, "\(codes.count) codes in \(row.count) bytes")
    unsafe codes.withUnsafeBufferPointer { codes in
      unsafe row.withUnsafeMutableBufferPointer { row in
        guard let from = codes.baseAddress, let to = row.baseAddress else { return }
        var arguments = unsafe PackNibbles(
          c: aq_pack_args(count: codes.count, codes: from, packed: to))
        nibbles.best(on: .running)(&arguments)
      }
    }
  }
}

internal import AffineKernels

/// The kernels that widen tiled codes to the 16-bit panels of the product kernels.
enum WidenKernels {
  /// The table for tiles that hold this storage.
  static func table(_ storage: CodeFormat) -> KernelTable<WidenPanel> {
    switch (TileOrder.bits(of: storage), storage.isSigned) {
    case (4, true): int4
    case (4, false): uint4
    case (_, true): int8
    case (_, false): uint8
    }
  }

  private static let int8 = unsafe KernelTable<WidenPanel>(
    aq_widen_i8(), portable: "aq_widen_i8_portable", widening { Int16(Int8(bitPattern: $0)) })
  private static let uint8 = unsafe KernelTable<WidenPanel>(
    aq_widen_u8(), portable: "aq_widen_u8_portable", widening { Int16($0) })
  private static let int4 = unsafe KernelTable<WidenPanel>(
    aq_widen_i4(), portable: "aq_widen_i4_portable",
    wideningNibbles({ Int16(Int8(bitPattern: $0 << 4) >> 4) }))
  private static let uint4 = unsafe KernelTable<WidenPanel>(
    aq_widen_u4(), portable: "aq_widen_u4_portable", wideningNibbles({ Int16($0) }))

  private static func widening(
    _ decode: @escaping @Sendable (UInt8) -> Int16
  ) -> Kernel<WidenPanel>.Entry {
    { family in
      let arguments = unsafe family.c
      unsafe forEachCode(arguments) { index, zero in
        unsafe arguments.panel[index] = decode(arguments.codes[index]) - zero
      }
    }
  }

  private static func wideningNibbles(
    _ decode: @escaping @Sendable (UInt8) -> Int16
  ) -> Kernel<WidenPanel>.Entry {
    { family in
      let arguments = unsafe family.c
      unsafe forEachCode(arguments) { index, zero in
        let (block, place) = (index / 64, index % 64)
        let byte = unsafe arguments.codes[block * 32 + place % 32]
        unsafe arguments.panel[index] = decode(place < 32 ? byte & 0x0f : byte >> 4) - zero
      }
    }
  }

  private static func forEachCode(
    _ arguments: aq_widen_args, _ body: (_ index: Int, _ zeroPoint: Int16) -> Void
  ) {
    var index = 0
    let lanes = unsafe arguments.lanes
    for slice in unsafe 0..<arguments.slices {
      for _ in unsafe 0..<arguments.pairs[slice] {
        for lane in 0..<lanes {
          let zero = unsafe arguments.zero_points.map { unsafe $0[slice * lanes + lane] } ?? 0
          body(index, zero)
          body(index + 1, zero)
          index += 2
        }
      }
    }
  }
}

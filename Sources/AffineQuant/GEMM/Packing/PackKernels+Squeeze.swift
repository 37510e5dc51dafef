internal import AffineKernels

extension PackKernels {
  /// Codes of few bits, one a byte, to fewer bytes.
  static let squeeze = unsafe KernelTable<SqueezePanel>(
    aq_squeeze_any(), portable: "aq_squeeze_any_portable"
  ) { family in
    let arguments = unsafe family.c
    unsafe forEachBit(arguments) { group, quad, row, bit, place, bits in
      let (quads, rows) = (SqueezedCodes.quads(bits: bits), SqueezedCodes.rows(bits: bits))
      let width = unsafe arguments.width
      for index in 0..<width {
        let from = unsafe arguments.in[(group * quads + quad) * width + index]
        let to = unsafe arguments.out + (group * rows + row) * width + index
        let mask = UInt8(1) << UInt8(place)
        unsafe to.pointee = from >> UInt8(bit) & 1 == 1 ? to.pointee | mask : to.pointee & ~mask
      }
    }
  }

  /// The reverse.
  static let spread = unsafe KernelTable<SqueezePanel>(
    aq_spread_any(), portable: "aq_spread_any_portable"
  ) { family in
    let arguments = unsafe family.c
    unsafe forEachBit(arguments) { group, quad, row, bit, place, bits in
      let (quads, rows) = (SqueezedCodes.quads(bits: bits), SqueezedCodes.rows(bits: bits))
      let width = unsafe arguments.width
      for index in 0..<width {
        let from = unsafe arguments.in[(group * rows + row) * width + index]
        let to = unsafe arguments.out + (group * quads + quad) * width + index
        if bit == 0 { unsafe to.pointee = 0 }
        unsafe to.pointee |= (from >> UInt8(place) & 1) << UInt8(bit)
      }
    }
  }

  private static func forEachBit(
    _ arguments: aq_squeeze_args,
    _ body: (_ group: Int, _ quad: Int, _ row: Int, _ bit: Int, _ place: Int, _ bits: Int) -> Void
  ) {
    let bits = unsafe Int(arguments.bits)
    for group in unsafe 0..<arguments.groups {
      for quad in 0..<SqueezedCodes.quads(bits: bits) {
        for bit in 0..<bits {
          let place = SqueezedCodes.place(bits: bits, quad: quad, bit: bit)
          body(group, quad, place.row, bit, place.bit, bits)
        }
      }
    }
  }

  /// Changes the groups of a panel of `nr` lanes between bytes and squeezed codes.
  static func squeeze(
    _ bytes: borrowing Span<UInt8>, groups: Int, _ layout: RHSLayout,
    into target: inout MutableSpan<UInt8>, _ kernel: Kernel<SqueezePanel>
  ) {
    unsafe withAddresses(bytes, &target) { from, to in
      var arguments = unsafe SqueezePanel(
        c: aq_squeeze_args(
          groups: groups, width: 4 * layout.nr, bits: UInt32(layout.form.bits), in: from, out: to))
      kernel(&arguments)
    }
  }
}

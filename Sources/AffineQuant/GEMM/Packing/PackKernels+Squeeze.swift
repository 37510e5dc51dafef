internal import AffineKernels

extension PackKernels {
  /// Codes of few bits, one a byte, to fewer bytes.
  static let squeeze = unsafe KernelTable<SqueezePanel>(
    aq_squeeze_any(), portable: "aq_squeeze_any_portable"
  ) { family in
    let arguments = unsafe family.c
    unsafe forEachBit(arguments) { code, byte, bit, place in
      let isSet = unsafe arguments.in[code] >> bit & 1 == 1
      let mask = UInt8(1) << place
      if isSet { unsafe arguments.out[byte] |= mask } else { unsafe arguments.out[byte] &= ~mask }
    }
  }

  /// The reverse.
  static let spread = unsafe KernelTable<SqueezePanel>(
    aq_spread_any(), portable: "aq_spread_any_portable"
  ) { family in
    let arguments = unsafe family.c
    unsafe forEachBit(arguments) { code, byte, bit, place in
      if bit == 0 { unsafe arguments.out[code] = 0 }
      unsafe arguments.out[code] |= (arguments.in[byte] >> place & 1) << bit
    }
  }

  /// Each bit of each code: where the code lies, the squeezed byte that the bit belongs to, and its places in both.
  private static func forEachBit(
    _ arguments: aq_squeeze_args,
    _ body: (_ code: Int, _ byte: Int, _ bit: UInt8, _ place: UInt8) -> Void
  ) {
    let (bits, width) = unsafe (Int(arguments.bits), arguments.width)
    let (quads, rows) = (SqueezedCodes.quads(bits: bits), SqueezedCodes.rows(bits: bits))
    for group in unsafe 0..<arguments.groups {
      for quad in 0..<quads {
        for bit in 0..<bits {
          let place = SqueezedCodes.place(bits: bits, quad: quad, bit: bit)
          let code = (group * quads + quad) * width, byte = (group * rows + place.row) * width
          for index in 0..<width {
            body(code + index, byte + index, UInt8(bit), UInt8(place.bit))
          }
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

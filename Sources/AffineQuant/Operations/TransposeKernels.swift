internal import AffineKernels

/// The kernels that move bytes.
package enum TransposeKernels {
  /// `out[c, r] = in[r, c]`
  static let bytes = unsafe KernelTable<TransposeBytes>(
    aq_transpose_8(), portable: "aq_transpose_8_portable"
  ) { family in
    let arguments = unsafe family.c
    for row in unsafe 0..<arguments.rows {
      for column in unsafe 0..<arguments.columns {
        let value = unsafe arguments.in[row * arguments.in_stride + column]
        unsafe arguments.out[column * arguments.out_stride + row] = value
      }
    }
  }

  /// The same for codes of 4 bits, two a byte.
  static let nibbles = unsafe KernelTable<TransposeBytes>(
    aq_transpose_4(), portable: "aq_transpose_4_portable"
  ) { family in
    let arguments = unsafe family.c
    for column in unsafe 0..<arguments.columns {
      let shift = UInt8(column % 2 * 4)
      for row in unsafe 0..<arguments.rows {
        let pair = unsafe arguments.in[row * arguments.in_stride + column / 2]
        let code = pair >> shift & 0x0f
        let target = unsafe column * arguments.out_stride + row / 2
        let low = unsafe row % 2 == 0 ? 0 : arguments.out[target]
        unsafe arguments.out[target] = row % 2 == 0 ? code : low | code << 4
      }
    }
  }

  /// The table for codes of so many bits, where they have one.
  static func table(bits: Int) -> KernelTable<TransposeBytes>? {
    switch bits {
    case 8: bytes
    case 4: nibbles
    default: nil
    }
  }

  /// Rows of units of one or two words become a panel: `out[i][lane] = in[lane][i]`.
  package static let interleave = unsafe KernelTable<InterleaveRows>(
    aq_interleave_32(), portable: "aq_interleave_32_portable"
  ) { family in
    let arguments = unsafe family.c
    for unit in unsafe 0..<arguments.count {
      for lane in unsafe 0..<arguments.padded_lanes {
        let words = unsafe arguments.words
        let source = unsafe lane * arguments.in_stride + unit * words
        let target = unsafe (unit * arguments.padded_lanes + lane) * words
        for word in 0..<words {
          let value = unsafe lane < arguments.lanes ? arguments.in[source + word] : 0
          unsafe arguments.out[target + word] = value
        }
      }
    }
  }

  /// Columns of 32-bit units that lie side by side become a panel: `out[i][lane] = in[i][lane]`.
  static let columns = unsafe KernelTable<CopyColumns>(
    aq_columns_32(), portable: "aq_columns_32_portable"
  ) { family in
    let arguments = unsafe family.c
    for unit in unsafe 0..<arguments.count {
      for lane in unsafe 0..<arguments.padded_lanes {
        let source = unsafe unit * arguments.in_stride + lane
        let value = unsafe lane < arguments.lanes ? arguments.in[source] : 0
        unsafe arguments.out[unit * arguments.padded_lanes + lane] = value
      }
    }
  }

  /// Columns of floats that lie side by side become a panel of pairs of bfloat16.
  package static let pairs = unsafe KernelTable<PairColumns>(
    aq_columns_bf16(), portable: "aq_columns_bf16_portable"
  ) { family in
    let arguments = unsafe family.c
    for pair in unsafe 0..<(arguments.count + 1) / 2 {
      for lane in unsafe 0..<arguments.padded_lanes {
        var word: UInt32 = 0
        for place in unsafe 0..<min(2, arguments.count - 2 * pair)
        where unsafe lane < arguments.lanes {
          let value = unsafe arguments.in[(2 * pair + place) * arguments.in_stride + lane]
          word |= UInt32(BFloat16(value).bitPattern) << UInt32(16 * place)
        }
        unsafe arguments.out[pair * arguments.padded_lanes + lane] = word
      }
    }
  }

  /// Turns bytes whose rows lie `stride` bytes apart.
  static func turn(
    _ rows: UnsafePointer<UInt8>, stride: Int, _ shape: Shape, into turned: DisjointMemory<UInt8>,
    _ kernel: Kernel<TransposeBytes>
  ) {
    precondition(turned.count >= shape.count)
    var arguments = unsafe TransposeBytes(
      c: aq_transpose_args(
        rows: shape.rows, columns: shape.columns, in: rows, in_stride: stride, out: turned.pointer,
        out_stride: shape.rows, streams: false))
    kernel(&arguments)
  }

  /// Turns rows of units of one or two words of 32 bits, floats, fours or eights of codes, into a panel of
  /// `lanes` lanes; lanes without a row are zero.
  package static func interleave<Value: BitwiseCopyable>(
    _ rows: borrowing Span<Value>, count: Int, lanes: Int, units: Int, words: Int = 1,
    into panel: inout MutableSpan<Value>, _ kernel: Kernel<InterleaveRows>
  ) {
    unsafe rows.withUnsafeBytes { source in
      guard let from = source.baseAddress else { return }
      unsafe interleave(
        from.assumingMemoryBound(to: UInt32.self), stride: units * words, count: count,
        lanes: lanes, units: units, words: words, into: &panel, kernel)
    }
  }

  /// The same for rows that lie `stride` words apart.
  package static func interleave<Value: BitwiseCopyable>(
    _ rows: UnsafePointer<UInt32>, stride: Int, count: Int, lanes: Int, units: Int, words: Int = 1,
    into panel: inout MutableSpan<Value>, _ kernel: Kernel<InterleaveRows>
  ) {
    unsafe panel.withUnsafeMutableBytes { panel in
      guard let to = panel.baseAddress else { return }
      var arguments = unsafe InterleaveRows(
        c: aq_interleave_args(
          lanes: count, padded_lanes: lanes, count: units, words: words, in: rows,
          in_stride: stride, out: to.assumingMemoryBound(to: UInt32.self)))
      kernel(&arguments)
    }
  }
}

internal import AffineKernels

/// The kernels that move bytes.
enum TransposeKernels {
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

  /// Rows of 32-bit units become a panel: `out[i][lane] = in[lane][i]`.
  static let interleave = unsafe KernelTable<InterleaveRows>(
    aq_interleave_32(), portable: "aq_interleave_32_portable"
  ) { family in
    let arguments = unsafe family.c
    for unit in unsafe 0..<arguments.count {
      for lane in unsafe 0..<arguments.padded_lanes {
        let source = unsafe lane * arguments.in_stride + unit
        let value = unsafe lane < arguments.lanes ? arguments.in[source] : 0
        unsafe arguments.out[unit * arguments.padded_lanes + lane] = value
      }
    }
  }

  /// Turns rows of units of 32 bits, floats or pairs of codes, into a panel of `lanes` lanes; lanes
  /// without a row are zero.
  static func interleave<Value: BitwiseCopyable>(
    _ rows: [Value], count: Int, lanes: Int, units: Int, into panel: inout MutableSpan<Value>,
    _ execution: Execution
  ) {
    let kernel = interleave.best(on: execution.instructionSet)
    unsafe rows.withUnsafeBytes { source in
      unsafe panel.withUnsafeMutableBytes { panel in
        guard let from = source.baseAddress, let to = panel.baseAddress else { return }
        var arguments = unsafe InterleaveRows(
          c: aq_interleave_args(
            lanes: count, padded_lanes: lanes, count: units,
            in: from.assumingMemoryBound(to: UInt32.self), in_stride: units,
            out: to.assumingMemoryBound(to: UInt32.self)))
        kernel(&arguments)
      }
    }
  }
}

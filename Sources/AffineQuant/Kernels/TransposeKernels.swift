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
}

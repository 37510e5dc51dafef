internal import AffineKernels

/// The kernels that finish the sums of products.
enum FinishKernels {
  static let finish = unsafe KernelTable<FinishRows>(
    aq_finish_f32(), portable: "aq_finish_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let code = unsafe arguments.activation
    let activation = Activation.allCases.first { $0.code == code }
    for row in unsafe 0..<arguments.rows {
      for column in unsafe 0..<arguments.columns {
        var value = unsafe arguments.sums[row * arguments.stride + column]
        if let bias = unsafe arguments.bias { unsafe value += bias[column] }
        value = (activation ?? .none)(value)
        let place = unsafe row * arguments.out_stride + column
        switch unsafe arguments.form {
        case Int32(AQ_HALVES):
          unsafe arguments.out.assumingMemoryBound(to: Float16.self)[place] = Float16(value)
        case Int32(AQ_BRAIN_HALVES):
          unsafe arguments.out.assumingMemoryBound(to: BFloat16.self)[place] = BFloat16(value)
        default:
          unsafe arguments.out.assumingMemoryBound(to: Float.self)[place] = value
        }
      }
    }
  }
}

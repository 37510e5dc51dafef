internal import AffineKernels

/// The kernels between floats of 16 bits and of 32.
enum HalfKernels {
  static let widen = unsafe KernelTable<Halves>(
    aq_widen_f16(), portable: "aq_widen_f16_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      unsafe arguments.floats[index] = Float(Float16(bitPattern: arguments.halves[index]))
    }
  }

  static let round = unsafe KernelTable<Halves>(
    aq_round_f16(), portable: "aq_round_f16_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      unsafe arguments.halves[index] = Float16(arguments.floats[index]).bitPattern
    }
  }
}

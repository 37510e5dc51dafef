internal import AffineKernels

/// The kernels between floats of 16 bits and of 32.
package enum HalfKernels {
  package static let widen = unsafe KernelTable<Halves>(
    aq_widen_f16(), portable: "aq_widen_f16_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      unsafe arguments.floats[index] = Float(Float16(bitPattern: arguments.halves[index]))
    }
  }

  /// bfloat16, the upper half of a float.
  package static let widenBrain = unsafe KernelTable<Halves>(
    aq_widen_bf16(), portable: "aq_widen_bf16_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      unsafe arguments.floats[index] = Float(BFloat16(bitPattern: arguments.halves[index]))
    }
  }

  /// To bfloat16.
  package static let roundBrain = unsafe KernelTable<Halves>(
    aq_round_bf16(), portable: "aq_round_bf16_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      unsafe arguments.halves[index] = BFloat16(arguments.floats[index]).bitPattern
    }
  }

  package static let round = unsafe KernelTable<Halves>(
    aq_round_f16(), portable: "aq_round_f16_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      unsafe arguments.halves[index] = Float16(arguments.floats[index]).bitPattern
    }
  }
}

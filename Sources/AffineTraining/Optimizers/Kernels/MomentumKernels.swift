internal import AffineQuant
internal import AffineKernels

/// The kernels of one step of gradient descent with momentum.
enum MomentumKernels {
  /// The moment is floats.
  static let floats = unsafe KernelTable<MomentumFloats>(
    aq_momentum_f32(), portable: "aq_momentum_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    let step = unsafe arguments.step
    for index in unsafe 0..<arguments.count {
      let m = unsafe step.keep * arguments.m[index] + arguments.gradient[index]
      unsafe arguments.m[index] = m
      unsafe arguments.parameters[index] = arguments.parameters[index] * step.decay - step.rate * m
    }
  }
}

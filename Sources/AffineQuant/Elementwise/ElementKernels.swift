internal import AffineKernels

/// The kernels of functions of each element.
package enum ElementKernels {
  static let add = unsafe table(aq_add_f32(), "add") { a, b, _, _ in a + b }
  /// Adds to what is there.
  package static let accumulate = unsafe table(aq_accumulate_f32(), "accumulate") { a, _, out, _ in
    out + a
  }
  package static let multiply = unsafe table(aq_multiply_f32(), "multiply") { a, b, _, _ in a * b }
  static let scale = unsafe table(aq_scale_f32(), "scale") { a, _, _, factor in a * factor }
  static let relu = unsafe table(aq_relu_f32(), "relu") { x, _, _, _ in x < 0 ? 0 : x }
  package static let gelu = unsafe table(aq_gelu_f32(), "gelu") { x, _, _, _ in
    FloatFunctions.gelu(x)
  }
  static let geluGradient = unsafe table(aq_gelugradient_f32(), "gelugradient") { x, g, _, _ in
    FloatFunctions.geluDerivative(x) * g
  }
  package static let silu = unsafe table(aq_silu_f32(), "silu") { x, _, _, _ in
    FloatFunctions.silu(x)
  }
  static let siluGradient = unsafe table(aq_silugradient_f32(), "silugradient") { x, g, _, _ in
    FloatFunctions.siluDerivative(x) * g
  }
  package static let swiglu = unsafe table(aq_swiglu_f32(), "swiglu") { x, up, _, _ in
    FloatFunctions.silu(x) * up
  }

  package static let geglu = unsafe table(aq_geglu_f32(), "geglu") { x, up, _, _ in
    FloatFunctions.tanhGelu(x) * up
  }

  static let swigluGradient = unsafe KernelTable<SwigluGradient>(
    aq_swiglugradient_f32(), portable: "aq_swiglugradient_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      let (gate, gradient) = unsafe (arguments.gate[index], arguments.gradient[index])
      unsafe arguments.of_up[index] = FloatFunctions.silu(gate) * gradient
      unsafe arguments.of_gate[index] =
        FloatFunctions.siluDerivative(gate) * (arguments.up[index] * gradient)
    }
  }

  static let dropout = unsafe KernelTable<DropoutElements>(
    aq_dropout_f32(), portable: "aq_dropout_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      let word = unsafe SplitMix.mix(arguments.start &+ SplitMix.increment &* UInt64(index))
      let isDropped = unsafe word >> 40 < arguments.threshold
      unsafe arguments.out[index] = isDropped ? 0 : arguments.in[index] * arguments.factor
    }
  }

  /// A table whose portable kernel computes each element from the two arguments, what the output
  /// holds, and the factor.
  private static func table(
    _ family: aq_family, _ name: String,
    _ function: @escaping @Sendable (Float, Float, Float, Float) -> Float
  ) -> KernelTable<Elements> {
    unsafe KernelTable(family, portable: "aq_\(name)_f32_portable") { family in
      let arguments = unsafe family.c
      for index in unsafe 0..<arguments.count {
        let other = unsafe arguments.other.map { unsafe $0[index] } ?? 0
        unsafe arguments.out[index] = function(
          arguments.first[index], other, arguments.out[index], arguments.factor)
      }
    }
  }
}

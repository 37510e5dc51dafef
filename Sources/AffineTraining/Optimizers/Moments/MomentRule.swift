internal import AffineQuant
internal import AffineKernels

/// How parameters and moments move in one step.
package enum MomentRule: Sendable {
  /// Two moments.
  case adamW(AdamWStep)
  /// One moment.
  case momentum(MomentumStep)
}

/// The numbers of one step of gradient descent with momentum, the same for every parameter.
package struct MomentumStep: Sendable {
  let c: aq_momentum_step

  /// Takes what the moment keeps of itself.
  package init(momentum: Float, learningRate: Float, weightDecay: Float) {
    c = aq_momentum_step(
      keep: momentum, rate: learningRate, decay: 1 - learningRate * weightDecay)
  }
}

extension MomentRule {
  /// Moves `count` parameters and their moments.
  func move(
    _ count: Int, gradient: UnsafePointer<Float>, parameters: UnsafeMutablePointer<Float>,
    m: UnsafeMutablePointer<Float>, v: UnsafeMutablePointer<Float>, _ execution: Execution
  ) {
    switch self {
    case .adamW(let step):
      var arguments = unsafe AdamWFloats(
        c: aq_adamw_f32_args(
          step: step.c, count: count, gradient: gradient, parameters: parameters, m: m, v: v))
      AdamWKernels.floats.best(on: execution)(&arguments)
    case .momentum(let step):
      var arguments = unsafe MomentumFloats(
        c: aq_momentum_f32_args(
          step: step.c, count: count, gradient: gradient, parameters: parameters, m: m))
      MomentumKernels.floats.best(on: execution)(&arguments)
    }
  }
}

internal import AffineQuant
internal import AffineKernels

/// The numbers of one step of AdamW, the same for every parameter.
package struct AdamWStep: Sendable {
  let c: aq_adamw_step

  /// Takes what the moments keep of themselves and β^step of each.
  package init(
    beta1: Float, power1: Float, beta2: Float, power2: Float, epsilon: Float, learningRate: Float,
    weightDecay: Float
  ) {
    c = aq_adamw_step(
      beta1: beta1, rest1: 1 - beta1, beta2: beta2, rest2: 1 - beta2,
      rate: learningRate / (1 - power1), root_scale: 1 / (1 - power2).squareRoot(),
      epsilon: epsilon, decay: 1 - learningRate * weightDecay)
  }
}

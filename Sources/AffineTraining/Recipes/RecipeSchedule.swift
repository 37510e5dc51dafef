internal import AffineQuant

/// Which recipe a step follows.
public enum RecipeSchedule: Sendable {
  /// The same all the time.
  case constant(Recipe)
  /// Bits of weights and inputs that rise in every cycle (arXiv 2101.09868).
  case cyclic(CyclicPrecision)
  /// More bits once rounding drowns the gradient.
  case noiseTriggered(NoiseSwitch)

  /// The name in reports.
  public var name: String {
    switch self {
    case .constant(let recipe): recipe.name
    case .cyclic: "precision-schedule-cyclic"
    case .noiseTriggered: "precision-schedule"
    }
  }

  /// The recipe of a step.
  public func recipe(at step: Int) -> Recipe {
    switch self {
    case .constant(let recipe): recipe
    case .cyclic(let cycles):
      .bits(max(cycles.bits(at: step), 2), gradientBits: cycles.backwardBits)
    case .noiseTriggered(let detector): .bits(max(detector.bits, 2))
    }
  }

  /// The recipe that a loss is measured with: the one with most bits of a cycle.
  public func recipe(validatingAt step: Int) -> Recipe {
    if case .cyclic(let cycles) = self { return .bits(cycles.bits.upperBound) }
    return recipe(at: step)
  }

  /// Lets a detector see the gradient of one weight.
  mutating func observe(
    _ gradient: Matrix<Float>, step: Int, seed: UInt64, on execution: Execution
  ) throws(QuantizationError) {
    guard case .noiseTriggered(var detector) = self else { return }
    let noise = Noise(seed: ~seed, step: UInt64(step))
    try detector.observe(gradient, at: step, on: execution) { bits throws(QuantizationError) in
      guard bits < 16 else { return gradient.converted(to: BFloat16.self).converted() }
      let plan = CodePlan(.signed(bits: min(max(bits, 2), 8))).stochastic
      return try plan.quantize(gradient, contracting: .columns, noise, execution)
        .dequantized(on: execution)
    }
    self = .noiseTriggered(detector)
  }
}

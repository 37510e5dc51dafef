internal import AffineQuant

/// Which recipe a step follows.
public enum RecipeSchedule: Sendable {
  /// The same all the time.
  case constant(Recipe)
  /// Bits of weights and inputs that rise in every cycle (arXiv 2101.09868).
  case cyclic(CyclicPrecision)
  /// More bits once rounding drowns the gradient.
  case noiseTriggered(NoiseSwitch)

  static let cyclicName = "precision-schedule-cyclic"
  static let noiseTriggeredName = "precision-schedule"

  /// All names on the command line: recipes, and schedules of several.
  public static let names = Recipe.named.map(\.name) + [noiseTriggeredName, cyclicName]

  /// Finds a recipe or a schedule for so many steps by its name.
  ///
  /// - Throws: ``RecipeError/unknown(_:known:)``; ``PrecisionError`` for steps that make no cycle.
  public init(named name: String, steps: Int) throws {
    switch name {
    case Self.noiseTriggeredName:
      // The last precision is bfloat16.
      self = .noiseTriggered(try NoiseSwitch(role: "weight-gradient", ladder: [4, 8, 16]))
    case Self.cyclicName:
      // As many cycles as in the source, where there are two steps for each.
      self = .cyclic(try CyclicPrecision(steps: steps, cycles: min(32, max(steps / 2, 1))))
    default: self = .constant(try Recipe(named: name))
    }
  }

  /// The name in reports.
  public var name: String {
    switch self {
    case .constant(let recipe): recipe.name
    case .cyclic: Self.cyclicName
    case .noiseTriggered: Self.noiseTriggeredName
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

  /// Refuses what follows the training of weights, which adapters leave as they are.
  ///
  /// - Throws: ``RecipeError/besideFrozenWeights(recipe:reason:)``.
  package func checkBesideAdapters() throws(RecipeError) {
    switch self {
    case .constant(let recipe) where recipe.learnsSteps:
      throw .besideFrozenWeights(
        recipe: name, reason: "the steps of its codes are trained with the weights")
    case .noiseTriggered:
      throw .besideFrozenWeights(
        recipe: name, reason: "its bits rise with the noise in the gradient of a weight")
    case .constant, .cyclic: break
    }
  }

  /// Lets a detector see the gradient of one weight.
  mutating func observe(
    _ gradient: Matrix<Float>, step: Int, seed: UInt64, on execution: Execution
  ) throws(QuantizationError) {
    guard case .noiseTriggered(var detector) = self else { return }
    let noise = Noise(seed: ~seed, step: UInt64(step))
    try detector.observe(gradient, at: step, on: execution) { bits throws(QuantizationError) in
      guard bits < 16 else {
        return gradient.converted(to: BFloat16.self, on: execution).converted(on: execution)
      }
      let plan = CodePlan(.signed(bits: min(max(bits, 2), 8))).stochastic
      return try plan.quantize(gradient, contracting: .columns, noise, execution)
        .dequantized(on: execution)
    }
    self = .noiseTriggered(detector)
  }
}

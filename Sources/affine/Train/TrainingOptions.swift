import AffineQuant
public import AffineTraining
public import ArgumentParser

/// How a model is trained.
struct TrainingOptions: ParsableArguments {
  @Option(help: "Windows of a step.") var batch = 16
  @Option(help: "Batches whose gradients are averaged for one step.") var accumulation = 1
  @Option(
    help: """
      The largest learning rate; usually 1.5e-3, 2e-5 to train a model of a file on, 2e-4 with \
      adapters.
      """)
  var learningRate: Float?
  @Option(help: "Steps until it is reached.") var warmUp = 50
  @Option(help: "How it falls then.") var decay = LearningRateSchedule.Decay.cosine
  @Option(help: "The rule that moves parameters.") var optimizer = OptimizerSettings.Kind.adamW
  @Option(help: "How its moments are kept: float32, bfloat16, dynamic8, dynamic4, float8.")
  var moments = MomentFormat.float32
  @Option(help: "What the first moment keeps of itself.") var beta1: Float = 0.9
  @Option(help: "What the second moment keeps of itself; usually 0.95.") var beta2: Float?
  @Option(help: "What of a parameter a step takes away, times the learning rate.")
  var weightDecay: Float = 0.01
  @Option(help: "Clip the norm of all gradients together.") var clip: Float?
  @Option(help: "How gradients are kept: float32 or bfloat16.") var gradients = GradientFormat
    .float32
  @Option(
    help: "Products to keep in float: linear,input-gradient,weight-gradient.")
  var floatProducts: String?
  @Option(
    help: "What products that stay in float are multiplied as: float32 or bfloat16.")
  var precision = Precision.float32
  @Flag(
    help:
      "Round updates of weights in codes or bfloat16 to the nearest, which loses small ones."
  )
  var nearestUpdates = false
  @Flag(
    help:
      "Save only the inputs of blocks for the backward pass, which computes the rest again: less memory, a third more products, the same bits."
  )
  var gradientCheckpointing = false
  @Option(help: "Fixes the batches: 0 to 18446744073709551615.") var dataSeed: UInt64 = 0
  @Option(help: "Windows of a validation.") var validationWindows = 64
  @Option(help: "Steps between validations; by default only the end is validated.")
  var validateEvery: Int?

  func validate() throws {
    try require(validateEvery, atLeast: 1, for: "--validate-every")
    try require(warmUp, in: 0...1 << 30, for: "--warm-up")
    try require(weightDecay, in: 0...Float.greatestFiniteMagnitude, for: "--weight-decay")
    for (option, beta) in [("--beta1", beta1), ("--beta2", beta2 ?? 0)] {
      try require(beta, in: 0...Float(1).nextDown, for: option)
    }
    guard beta2 == nil || optimizer != .sgd else {
      throw ValidationError("--beta2 is of a second moment, which sgd has not")
    }
    if let clip { try require(clip, in: .leastNonzeroMagnitude ... .infinity, for: "--clip") }
  }

  func settings(
    steps: Int, seed: UInt64, context: Int, usualRate: Float
  ) -> TrainingSettings {
    var settings = TrainingSettings(
      schedule: LearningRateSchedule(
        peak: learningRate ?? usualRate, decay: decay, warmUp: warmUp, steps: steps)
    )
    settings.batch = batch
    settings.sequence = context
    settings.accumulation = accumulation
    settings.largestNorm = clip ?? .infinity
    settings.optimizer = OptimizerSettings(
      kind: optimizer, moments: moments, beta1: beta1, beta2: beta2 ?? 0.95,
      weightDecay: weightDecay)
    settings.gradients = gradients
    settings.seed = seed
    settings.dataSeed = dataSeed
    settings.validationWindows = validationWindows
    return settings
  }

  func schedule(named name: String, steps: Int) throws -> RecipeSchedule {
    let schedule = try RecipeSchedule(named: name, steps: steps)
    guard case .constant(var recipe) = schedule else {
      guard floatProducts == nil, precision == .float32, !nearestUpdates else {
        throw Failure(
          "--float-products, --precision and --nearest-updates change one recipe, and '\(name)' is several"
        )
      }
      return schedule
    }
    for product in try products().sorted(by: { $0.rawValue < $1.rawValue }) {
      let changed = recipe.keepingFloat([product])
      guard changed != recipe else {
        throw Failure("--float-products: the \(product.rawValue) product of '\(name)' is in float")
      }
      recipe = changed
      // Other products are another recipe, in reports and to a checkpoint.
      recipe.name += "-float-\(product.rawValue)"
    }
    if precision != .float32 {
      recipe.precision = precision
      recipe.name += "-in-\(precision.rawValue)"
    }
    if nearestUpdates {
      guard recipe.weight != .float32 else {
        throw Failure(
          "--nearest-updates is of weights in codes or bfloat16, and '\(name)' keeps them in float32"
        )
      }
      recipe.updatesStochastically = false
      recipe.name += "-nearest"
    }
    try recipe.validate()
    return .constant(recipe)
  }

  private func products() throws -> Set<LinearProduct> {
    Set(
      try (floatProducts ?? "").split(separator: ",").map { name in
        guard let product = LinearProduct(rawValue: String(name)) else {
          throw Failure("'\(name)' is no product: linear, input-gradient, weight-gradient are")
        }
        return product
      })
  }
}

extension OptimizerSettings.Kind: ExpressibleByArgument {}
extension GradientFormat: ExpressibleByArgument {}
extension LearningRateSchedule.Decay: ExpressibleByArgument {}
extension MomentFormat: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
}

internal import AffineQuant

/// The rule of one parameter, with its moments.
struct ParameterOptimizer: Sendable {
  /// One of the two.
  private var adamW: AdamW?, sgd: SGD?

  /// Moments of zero.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a group of fewer than one.
  init(_ settings: OptimizerSettings, _ parameter: Parameter) throws(QuantizationError) {
    let shape = parameter.shape
    let format =
      shape.count < OptimizerSettings.smallest ? .float32 : parameter.moments ?? settings.moments
    switch settings.kind {
    case .adamW, .stableAdamW:
      var optimizer = try AdamW(shape: shape, moments: format)
      (optimizer.beta1, optimizer.beta2) = (settings.beta1, settings.beta2)
      optimizer.epsilon = settings.epsilon
      optimizer.clipsUpdate = settings.kind == .stableAdamW
      adamW = optimizer
    case .sgd:
      var optimizer = try SGD(shape: shape, moments: format)
      optimizer.momentum = settings.beta1
      sgd = optimizer
    }
  }

  /// The rows and columns of the parameter.
  var shape: Shape { moments.shape }

  /// The moments.
  var moments: Moments {
    guard let moments = adamW?.moments ?? sgd?.moments else { preconditionFailure("no rule") }
    return moments
  }

  /// The steps that made the moments.
  var step: Int { adamW?.step ?? sgd?.step ?? 0 }

  /// Takes moments and the steps that made them.
  mutating func restore(_ moments: Moments, step: Int) {
    adamW?.moments = moments
    adamW?.step = step
    sgd?.moments = moments
    sgd?.step = step
  }

  /// Moves a parameter. The moments change in their own memory.
  mutating func move(
    _ values: inout Matrix<Float>, gradient: Matrix<Float>, learningRate: Float,
    weightDecay: Float, seed: UInt64, on execution: Execution
  ) throws(QuantizationError) {
    adamW?.learningRate = learningRate
    adamW?.weightDecay = weightDecay
    try adamW?.move(&values, gradient: gradient, rounding: seed, on: execution)
    sgd?.learningRate = learningRate
    sgd?.weightDecay = weightDecay
    try sgd?.move(&values, gradient: gradient, rounding: seed, on: execution)
  }
}

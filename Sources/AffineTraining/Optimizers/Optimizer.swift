internal import AffineLayers
public import AffineQuant

/// Moves the parameters of a model, each by the same rule with moments of its own.
public struct Optimizer: Sendable {
  /// The rule.
  public let settings: OptimizerSettings
  /// Calls of ``step(_:gradients:learningRate:seed:on:)``.
  public private(set) var stepCount = 0
  /// The names and shapes of the parameters, and what moves them; nothing moves those that are frozen.
  let names: [String]
  private let shapes: [Shape]
  var optimizers: [ParameterOptimizer?]
  /// Which parameters move here; others keep no moments, and another rank moves them.
  private let moves: [Bool]

  /// Moments of zero, but none for parameters that are frozen.
  ///
  /// - Parameters:
  ///   - settings: One set for all parameters.
  ///   - parameters: What is trained, in the order in which gradients come.
  /// - Throws: ``OptimizerError``: a setting outside its range, two parameters with one name.
  public init(
    _ settings: OptimizerSettings, for parameters: [Parameter]
  ) throws(OptimizerError) {
    try self.init(settings, for: parameters, moving: nil)
  }

  /// The same; where some parameters alone move, moments for these.
  init(
    _ settings: OptimizerSettings, for parameters: [Parameter], moving moves: [Bool]?
  ) throws(OptimizerError) {
    try settings.validate()
    let moves = moves ?? parameters.map { _ in true }
    self.moves = moves
    self.settings = settings
    names = parameters.map(\.name)
    shapes = parameters.map(\.shape)
    var seen: Set<String> = []
    optimizers = []
    for (parameter, moves) in zip(parameters, moves) {
      guard seen.insert(parameter.name).inserted else { throw .duplicate(parameter.name) }
      let rests = parameter.isFrozen || !moves
      optimizers.append(rests ? nil : try Self.optimizer(settings, parameter))
    }
  }

  private static func optimizer(
    _ settings: OptimizerSettings, _ parameter: Parameter
  ) throws(OptimizerError) -> ParameterOptimizer {
    do { return try ParameterOptimizer(settings, parameter) } catch {
      throw .tensor(parameter.name, error)
    }
  }

  /// Bytes that all moments take.
  public var stateBytes: Int { optimizers.reduce(0) { $0 + ($1?.moments.byteCount ?? 0) } }

  /// Moves parameters against gradients, one after the other.
  ///
  /// Values that are not floats become floats, move, and are rounded again: see
  /// ``Parameter/roundsStochastically``. No more than one parameter is held as floats at a time.
  ///
  /// - Parameters:
  ///   - parameters: Those that the optimizer was made for, in that order.
  ///   - gradients: As many, each in the shape of its parameter; a parameter without one stays as it is, and its
  ///     moments too.
  ///   - learningRate: How far a step moves, times each parameter's factor.
  ///   - seed: Of everything that is rounded at random: a number depends on it, on the step, the place
  ///     of the parameter and the element alone.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``OptimizerError``: parameters or gradients that do not fit, before anything changes;
  ///   a value that its format cannot hold, when some parameters have moved and the step does not
  ///   count.
  public mutating func step(
    _ parameters: inout [Parameter], gradients: [Matrix<Float>?], learningRate: Float,
    seed: UInt64 = 0, on execution: Execution = .standard
  ) throws(OptimizerError) {
    try step(
      &parameters, stored: gradients.map { $0.map { .float32($0) } }, learningRate: learningRate,
      seed: seed, on: execution)
  }

  /// The same for gradients as they are kept, each multiplied by a factor when it is used.
  mutating func step(
    _ parameters: inout [Parameter], stored gradients: [StoredMatrix?], factor: Float = 1,
    learningRate: Float, seed: UInt64, on execution: Execution
  ) throws(OptimizerError) {
    try check(parameters, gradients)
    for index in parameters.indices {
      guard let stored = gradients[index], !parameters[index].isFrozen, moves[index] else {
        continue
      }
      var gradient = stored.floats(on: execution)
      if factor != 1 { gradient = Elementwise.scale(gradient, by: factor, on: execution) }
      // One that is frozen no more starts now.
      if optimizers[index] == nil {
        optimizers[index] = try Self.optimizer(settings, parameters[index])
      }
      let rate = learningRate * parameters[index].learningRateFactor
      let decay = parameters[index].decays ? settings.weightDecay : 0
      let own = SplitMix.seed(seed, stream: index)
      let rounding: Rounding =
        parameters[index].roundsStochastically
        ? .stochastic(seed: own, step: UInt64(stepCount)) : .nearestEven
      do {
        try parameters[index].value.change(rounding: rounding, on: execution) {
          values throws(QuantizationError) in
          try optimizers[index]?.move(
            &values, gradient: gradient, learningRate: rate, weightDecay: decay, seed: own,
            on: execution)
        }
      } catch { throw .tensor(names[index], error) }
    }
    stepCount += 1
  }

  /// - Throws: ``OptimizerError``: what was not there when the optimizer was made, shapes that differ.
  private func check(
    _ parameters: [Parameter], _ gradients: [StoredMatrix?]
  ) throws(OptimizerError) {
    for (what, found) in [("parameters", parameters.count), ("gradients", gradients.count)]
    where found != names.count {
      throw .wrongCount(of: what, expected: names.count, found: found)
    }
    for (index, parameter) in parameters.enumerated() {
      guard parameter.name == names[index] else {
        throw .wrongParameter(expected: names[index], found: parameter.name)
      }
      let shape = shapes[index]
      for other in [parameter.shape, gradients[index]?.shape ?? shape] where other != shape {
        throw .tensor(
          names[index],
          .shape(.mismatchedExtent(axis: "elements", lhs: shape.count, rhs: other.count)))
      }
    }
  }

  /// Takes the number of steps of a checkpoint.
  mutating func restore(stepCount: Int) { self.stepCount = stepCount }
}

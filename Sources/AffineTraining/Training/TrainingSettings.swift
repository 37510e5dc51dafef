/// What fixes a run, beside its model, recipe and text.
public struct TrainingSettings: Sendable, Hashable, Codable {
  /// Windows of a step.
  public var batch = 16
  /// Tokens of a window: `--context` of `affine train`.
  public var sequence = 64
  /// Batches whose gradients are averaged for one step.
  public var accumulation = 1
  /// The learning rate of each step.
  public var schedule: LearningRateSchedule
  /// The largest norm of all gradients together; infinite: none are clipped. `--clip` of `affine train`.
  public var largestNorm = Float.infinity
  /// How parameters move.
  public var optimizer = OptimizerSettings(beta1: 0.9, beta2: 0.95)
  /// How gradients are kept between the backward pass and the step.
  public var gradients = GradientFormat.float32
  /// Fixes parameters and everything that rounds or drops at random.
  public var seed: UInt64 = 0
  /// Fixes the batches; apart, so that runs of several seeds may see the same text.
  public var dataSeed: UInt64 = 0
  /// Windows that a validation loss is the mean of.
  public var validationWindows = 64

  /// The rest as in the acceptance runs.
  public init(schedule: LearningRateSchedule) { self.schedule = schedule }

  /// Tokens that one step sees.
  public var tokens: Int { batch * sequence * accumulation }

  /// - Throws: ``TrainingError/model(_:)``.
  func validate(context: Int) throws(TrainingError) {
    for (name, value) in [
      ("batch", batch), ("sequence", sequence), ("accumulation", accumulation),
      ("validation windows", validationWindows),
    ] where value < 1 || value > 1 << 24 {
      throw .model("\(name) must be between 1 and \(1 << 24), not \(value)")
    }
    guard sequence <= context else {
      throw .model("a sequence of \(sequence) is longer than the model's context of \(context)")
    }
    guard largestNorm > 0 else { throw .model("gradients cannot be clipped to \(largestNorm)") }
    guard schedule.peak >= 0, schedule.peak.isFinite else {
      throw .model("a learning rate of \(schedule.peak) is not a number from 0 on")
    }
    guard schedule.finalFraction >= 0, schedule.finalFraction.isFinite else {
      throw .model("of a learning rate, \(schedule.finalFraction) cannot be left")
    }
  }
}

/// What all runs of a sweep share.
public struct SweepSettings: Sendable, Hashable {
  /// Windows of a step.
  public var batch = 8
  /// Tokens of a window.
  public var context = 64
  /// The largest learning rate of a model of width 16; it falls with the root of the width.
  public var learningRate: Float = 1e-2
  /// Windows that a loss is the mean of.
  public var validationWindows = 512
  /// Bits that weights are rounded to after training.
  public var postBits = Array(2...8)

  /// The values of the sweep in the documentation.
  public init() {}

  /// Tokens that one step sees.
  public var tokens: Int { batch * context }

  func training(_ run: SweepRun) -> TrainingSettings {
    // A tenth of the steps to warm up, and a cosine down to a tenth.
    let peak = learningRate * (16 / Float(max(run.width, 1))).squareRoot()
    var settings = TrainingSettings(
      schedule: LearningRateSchedule(peak: peak, warmUp: run.steps / 10, steps: run.steps))
    (settings.batch, settings.sequence) = (batch, context)
    settings.largestNorm = 1
    settings.validationWindows = validationWindows
    // Seeds differ in parameters and in the text that they see.
    (settings.seed, settings.dataSeed) = (run.seed, run.seed)
    return settings
  }
}

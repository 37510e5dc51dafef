/// What became of a run.
public struct TrainingRecord: Sendable, Hashable {
  /// A point of a loss curve.
  public struct Point: Sendable, Hashable {
    /// Steps taken before it was measured.
    public let step: Int
    /// Nats a token or a pair of texts.
    public let loss: Double
  }

  /// The recipe, or the schedule of recipes.
  public let recipe: String
  /// What fixed parameters and rounding.
  public let seed: UInt64
  /// The loss of every step, on its own batch.
  public var curve: [Point] = []
  /// Losses on the text that training does not see.
  public var validation: [Point] = []
  /// Tokens seen in a second of training. Validation does not count, nor does the first step where there are
  /// others: it allocates what they use again.
  public var tokensPerSecond = 0.0
  /// Where the time of one of these steps went, on this rank.
  public var times = StepTimes()
  /// The largest bytes that were held.
  public var bytes = MemoryUse()

  /// Steps that ``trainingLoss`` is the mean of: one batch says little.
  private static let lastSteps = 50

  /// A run that has not begun.
  public init(recipe: String, seed: UInt64) {
    self.recipe = recipe
    self.seed = seed
  }

  /// The mean loss of the last 50 steps, in nats a token or a pair of texts; 0 before the first.
  public var trainingLoss: Double {
    let last = curve.suffix(Self.lastSteps)
    return last.reduce(0) { $0 + $1.loss } / Double(max(last.count, 1))
  }

  /// The last loss on text that training does not see, in nats a token or a pair of texts; `nil`: none was measured.
  public var validationLoss: Double? { validation.last?.loss }
}

internal import AffineLayers

/// What a run must share with one that it goes on from, as a checkpoint keeps it.
struct RunIdentity: Codable, Hashable {
  /// Which recipe steps follow, without the state that changes from step to step.
  enum Plan: Codable, Hashable {
    case constant(Recipe)
    case cyclic(bits: ClosedRange<Int>, backwardBits: Int, cycle: Int)
    case noiseTriggered(role: String, ladder: [Int], settings: NoiseSwitch.Settings)
  }

  /// Of this layout. A change of it that old checkpoints do not follow counts up.
  static let currentVersion = 2

  let version: Int
  private(set) var plan: Plan
  private(set) var settings: TrainingSettings
  let configuration: DecoderConfiguration
  let dropout: Float
  /// What the product of adapters is multiplied with; `nil`: there are none.
  let adapters: Float?
  let text: CorpusIdentity
  /// The model that training started from, if it was one of a file.
  let initial: String?

  init(_ trainer: Trainer) {
    version = Self.currentVersion
    plan = Plan(trainer.recipes)
    settings = trainer.settings
    configuration = trainer.model.configuration
    dropout = trainer.model.dropout
    adapters = trainer.model.adapters?.factor
    text = trainer.corpus.identity
    initial = trainer.model.origin
  }

  /// The same as a run of another number of steps would have it: it falls from its largest learning rate,
  /// and goes through cycles of bits, in as many steps as that.
  func lasting(as other: RunIdentity) -> RunIdentity {
    guard settings.schedule.steps != other.settings.schedule.steps else { return self }
    var lasting = self
    lasting.settings.schedule.steps = other.settings.schedule.steps
    if case .cyclic(let bits, let backwardBits, _) = plan,
      case .cyclic(_, _, let cycle) = other.plan
    {
      lasting.plan = .cyclic(bits: bits, backwardBits: backwardBits, cycle: cycle)
    }
    return lasting
  }
}

extension RunIdentity.Plan {
  /// That of the schedule.
  var name: String {
    switch self {
    case .constant(let recipe): recipe.name
    case .cyclic: RecipeSchedule.cyclicName
    case .noiseTriggered: RecipeSchedule.noiseTriggeredName
    }
  }

  fileprivate init(_ schedule: RecipeSchedule) {
    switch schedule {
    case .constant(let recipe): self = .constant(recipe)
    case .cyclic(let cycles):
      self = .cyclic(bits: cycles.bits, backwardBits: cycles.backwardBits, cycle: cycles.cycle)
    case .noiseTriggered(let detector):
      self = .noiseTriggered(
        role: detector.role, ladder: detector.ladder, settings: detector.settings)
    }
  }
}

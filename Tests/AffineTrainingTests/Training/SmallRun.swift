import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining

/// A whole run that takes milliseconds: a model with every part, on the text of the tests.
struct SmallRun {
  var recipes: RecipeSchedule
  var shape: SmallShape
  var settings: TrainingSettings
  /// The rank of adapters beside frozen weights.
  var rank: Int?

  static let text = Result { try TextCorpus(path: persuasion, unit: .characters) }

  /// One layer of width 64; its weights have the 4096 values from which on moments follow their format.
  init(
    _ recipes: RecipeSchedule, _ change: (inout SmallShape, inout TrainingSettings) -> Void
  ) throws {
    self.recipes = recipes
    shape = SmallShape(vocabulary: try Self.text.get().vocabulary.count)
    (shape.width, shape.layers, shape.heads, shape.keyValueHeads) = (64, 1, 2, 2)
    (shape.hidden, shape.context) = (128, 16)
    settings = TrainingSettings(schedule: LearningRateSchedule(peak: 3e-3, warmUp: 2, steps: 8))
    (settings.batch, settings.sequence, settings.validationWindows) = (2, 16, 4)
    (settings.seed, settings.dataSeed) = (3, 4)
    change(&shape, &settings)
  }

  init(
    _ recipe: Recipe,
    _ change: (inout SmallShape, inout TrainingSettings) -> Void = { _, _ in }
  ) throws {
    try self.init(.constant(recipe), change)
  }

  /// The model at the start.
  func model() throws -> Transformer {
    var model = try Transformer(shape, recipe: recipes.recipe(at: 0), seed: settings.seed)
    if let rank { try model.addAdapters(rank: rank, alpha: 4, seed: 5) }
    return model
  }

  /// A run that has not begun, from this model or a given one.
  func trainer(_ start: Transformer? = nil, on execution: Execution = .threads(1)) throws -> Trainer
  {
    try Trainer(start ?? model(), recipes, Self.text.get(), settings, on: execution)
  }

  /// What a run is after so many steps; every second one is validated.
  func end(
    steps: Int, on execution: Execution = .threads(1),
    eachStep: (Trainer, TrainingRecord) throws -> Void = { _, _ in }
  ) throws -> Checkpoint {
    var trainer = try trainer(on: execution)
    let record = try trainer.run(
      steps: steps, validatingEvery: 2, on: execution, eachStep: eachStep)
    return try trainer.checkpoint(record)
  }

  /// Every instruction set that runs here.
  static let instructionSets =
    [
      "portable", "avx2", "avxvnni", "avx512vnni", "avx512vbmi", "avx512bf16", "amx", "neon",
      "neondot", "i8mm", "sme",
    ]
    .compactMap { InstructionSet(name: $0) }.filter { $0.isSubset(of: .running) }
}

extension Checkpoint {
  /// Whether both have the same parameters, moments, losses and everything else, bit for bit.
  func isIdentical(to other: Checkpoint) -> Bool {
    metadata == other.metadata && bits == other.bits
  }

  /// Names and texts in which two checkpoints differ.
  func differences(from other: Checkpoint) -> [String] {
    let (mine, others) = (bits, other.bits)
    return Set(mine.keys).union(others.keys).filter { mine[$0] != others[$0] }.sorted()
      + Set(metadata.keys).union(other.metadata.keys)
      .filter { metadata[$0] != other.metadata[$0] }.sorted()
  }
}

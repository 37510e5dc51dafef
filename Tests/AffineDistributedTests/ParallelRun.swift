import AffineDistributed
import AffineLayers
import AffineQuant

import AffineTraining
import Foundation

/// A run that takes milliseconds on every rank.
struct ParallelRun: Sendable {
  var options = ExchangeOptions()
  var recipe = Recipe.float32
  /// In place of the recipe.
  var schedule: RecipeSchedule?
  var settings: TrainingSettings
  /// No rank: a process that trains as ever.
  var ranks = 1
  var layers = 1
  /// The rank of adapters beside weights that nobody trains.
  var adapters: Int?
  /// Whether ranks make a model together, or each all of it.
  var isMadeTogether = true
  var isParallel = true

  static let text = Result { try TextCorpus(path: persuasion, unit: .characters) }

  init() {
    settings = TrainingSettings(schedule: LearningRateSchedule(peak: 3e-3, warmUp: 2, steps: 8))
    (settings.batch, settings.sequence, settings.validationWindows) = (8, 16, 40)
    (settings.seed, settings.dataSeed) = (3, 4)
    // Buckets that cut parameters.
    options.bucket = 5000
  }

  func trainer(_ parallel: GradientExchange?) throws -> Trainer {
    let schedule = schedule ?? .constant(recipe)
    return try Trainer(
      model(schedule.recipe(at: 0), parallel), schedule, Self.text.get(), settings, on: .threads(1),
      with: parallel)
  }

  func model(_ recipe: Recipe, _ parallel: GradientExchange?) throws -> Transformer {
    let corpus = try Self.text.get()
    var configuration = try DecoderConfiguration(
      vocabulary: corpus.vocabulary.count, width: 64, layers: layers, heads: 2, keyValueHeads: 2,
      feedForward: 128, context: 16)
    (configuration.norm, configuration.activation) = (.layer, .gelu)
    (configuration.isTied, configuration.learnsPositions) = (true, true)
    for block in configuration.blocks.indices { configuration.blocks[block].rotary = nil }
    var model = try Transformer(
      configuration, dropout: 0, recipe: recipe, seed: settings.seed,
      with: isMadeTogether ? parallel : nil)
    if let adapters { try model.addAdapters(rank: adapters, alpha: 8, seed: 9) }
    return model
  }

  /// What every rank recorded, what the first sent, and its checkpoint.
  struct End: Sendable {
    var records: [TrainingRecord] = []
    var traffic = ExchangeTraffic()
    var checkpoint = Checkpoint()

    var losses: [Double] { records[0].curve.map(\.loss) }
  }

  /// Runs to a number of steps, from the start or a checkpoint.
  func end(steps: Int, from start: Checkpoint? = nil) throws -> End {
    guard isParallel else { return try End(self.run(steps, start, nil)) }
    let ends = try ThreadRanks.run(ranks) { ranks in
      try End(run(steps, start, GradientExchange(ranks, options)))
    }
    var end = ends[0]
    end.records = ends.map { $0.records[0] }
    return end
  }

  private func run(
    _ steps: Int, _ start: Checkpoint?, _ parallel: GradientExchange?
  ) throws -> (TrainingRecord, GradientExchange?, Checkpoint?) {
    var trainer = try trainer(parallel)
    let earlier = try start.map { try trainer.resume(from: $0) }
    let record = try trainer.run(
      steps: steps, validatingEvery: 2, continuing: earlier, on: .threads(1), with: parallel)
    let whole = try parallel.map { try trainer.checkpoint(record, with: $0) }
    return try (record, parallel, whole ?? trainer.checkpoint(record))
  }
}

extension ParallelRun.End {
  init(_ run: (TrainingRecord, GradientExchange?, Checkpoint?)) {
    (records, traffic) = ([run.0], run.1?.traffic ?? ExchangeTraffic())
    checkpoint = run.2 ?? Checkpoint()
  }
}

extension Checkpoint {
  /// Everything in it, as the bytes of a file.
  var bits: [UInt8] { get throws { try contents() } }
}

/// The text in `Tests/Corpus`.
private let persuasion = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "Corpus/persuasion.txt").path()

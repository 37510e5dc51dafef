import AffineFormats
import AffineLayers
import AffineQuant
import AffineTraining

extension Target {
  /// A run that a checkpoint may be of.
  private static let trainer: Trainer = {
    do {
      let configuration = try DecoderConfiguration(
        vocabulary: 256, width: 4, layers: 1, heads: 1, feedForward: 8, context: 4)
      let schedule = try RecipeSchedule(named: "precision-schedule", steps: 4)
      let model = try Transformer(configuration, recipe: schedule.recipe(at: 0), seed: 0)
      var settings = TrainingSettings(schedule: LearningRateSchedule(peak: 1e-3, steps: 4))
      (settings.batch, settings.sequence, settings.validationWindows) = (1, 4, 1)
      let text = Array(repeatElement("abcd efgh ", count: 20).joined().utf8)
      return try Trainer(
        model, schedule, TextCorpus(text.span, unit: .bytes), settings, on: .threads(1))
    } catch { preconditionFailure("\(error)") }
  }()

  /// What training writes: a model, and the state of a run.
  static func run(_ bytes: [UInt8]) throws {
    let checkpoint = try Checkpoint(contents: Buffer(bytes))
    if let weights = try? CheckpointWeights(checkpoint) {
      _ = try? DecoderModel(weights, activations: .float32, on: .threads(1))
    }
    var trainer = trainer
    let record = try trainer.resume(from: checkpoint)
    precondition(record.curve.count == trainer.step)
  }
}

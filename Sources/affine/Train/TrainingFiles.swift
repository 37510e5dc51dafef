import AffineFormats
import AffineLayers
import AffineModels
import AffinePlots
import AffineQuant
import AffineTraining
import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a run reads and writes beside its text.
struct TrainingFiles: ParsableArguments {
  @Option(help: "Write a plot of the loss curves, as SVG.") var plot: String?
  @Option(help: "Write the runs as JSON.") var output: String?
  @Option(help: "Keep a checkpoint here.") var checkpoint: String?
  @Option(help: "Steps between checkpoints; by default only the end is kept.")
  var checkpointEvery: Int?
  @Flag(help: "Go on from the checkpoint, if there is one.") var resume = false
  @Option(help: "Start from the parameters of a checkpoint, or of safetensors with their names.")
  var initial: String?

  @Option(
    help: """
      Write the trained model, its weights in the codes that the recipe multiplies forward: as GGUF, which \
      affine generate runs, if the name ends in .gguf, else as safetensors.
      """)
  var export: String?
  @Flag(
    help: "Export adapters merged into the weights they stand beside, which rounds codes again.")
  var merge = false
  @OptionGroup var outputs: OutputOptions
  @Option(help: "Train low-rank adapters of this rank beside frozen weights.") var adapters: Int?
  @Option(
    help: "What the product of adapters is multiplied with, times their rank: 16 if nobody says.")
  var alpha: Float?
  @Option(help: "Keep the frozen weights as this type: uint4-group64-nf4, int4-group32.")
  var base: String?

  func validate() throws {
    guard adapters != nil || base == nil && alpha == nil else {
      throw ValidationError("--base and --alpha need --adapters")
    }
    guard export != nil || !merge else { throw ValidationError("--merge needs --export") }
    guard checkpoint != nil || !resume && checkpointEvery == nil else {
      throw ValidationError("--resume and --checkpoint-every need --checkpoint")
    }
    if let checkpointEvery {
      try require(checkpointEvery, in: 1...Int.max, for: "--checkpoint-every")
    }
  }

  private var exportsGGUF: Bool { export?.hasSuffix(".gguf") ?? false }

  /// Looks at everything that is to be written before any work.
  func check(inputs: [String?], unit: TextUnit) throws {
    guard !exportsGGUF || unit == .bytes else {
      throw Failure("a GGUF file has no vocabulary of characters: train with --unit bytes")
    }
    // What a run goes on from is replaced by what it becomes.
    let isReplaced = resume || outputs.overwrite
    try outputs.check(
      [
        ("--plot", plot), ("--output", output), ("--export", export),
        ("--checkpoint", isReplaced ? nil : checkpoint),
      ], inputs: inputs + [initial, checkpoint])
    if isReplaced, let checkpoint { try AtomicFile.check(OutputPlace(checkpoint)) }
  }

  /// Refuses before training what could not be exported after it, or would compute something else where it
  /// runs.
  func checkExport(of model: Transformer, by recipe: Recipe) throws {
    guard export != nil else { return }
    guard !exportsGGUF || !recipe.normalizesInputs else {
      throw Failure(
        "\(recipe.name) normalizes what linear layers read, and no GGUF file says so: export safetensors"
      )
    }
    var model = model
    try model.convertWeights(for: recipe)
  }

  /// The parameters to start from, kept as a recipe says.
  func load(into model: inout Transformer, _ recipe: Recipe, seed: UInt64) throws {
    if let initial {
      do {
        try model.load(Checkpoint.load(from: initial), recipe: recipe)
      } catch { throw Failure("'\(initial)': \(error)") }
    }
    guard let adapters else { return }
    guard !model.hasAdapters else {
      throw Failure("'\(initial ?? "")' has adapters, which go on: leave --adapters out")
    }
    if let base {
      guard let type = QuantizedType(name: base) else {
        throw Failure("'\(base)' is no quantized type: uint4-group64-nf4 and int4-group32 are some")
      }
      try model.keepWeights(as: type)
    }
    try model.addAdapters(rank: adapters, alpha: alpha ?? 16, seed: seed)
  }

  /// Writes the model as it computes under a recipe.
  ///
  /// - Returns: What merging cost, if adapters were merged.
  func exportModel(
    _ trainer: Trainer, on execution: Execution
  ) throws -> TrainingReport.Run.Merging? {
    guard let export else { return nil }
    var model = trainer.model
    var merging: TrainingReport.Run.Merging?
    if merge { try model.mergeAdapters(on: execution) }
    try model.convertWeights(for: trainer.recipes.recipe(at: trainer.step))
    if merge, trainer.model.hasAdapters {
      let merged = try Trainer(
        model, trainer.recipes, trainer.corpus, trainer.settings, on: execution)
      merging = TrainingReport.Run.Merging(
        before: try trainer.validationLoss(on: execution),
        after: try merged.validationLoss(on: execution))
    }
    guard exportsGGUF else {
      try model.checkpoint.write(to: export)
      return merging
    }
    var writer = try GGUFWriter(model)
    writer.setByteTokens()
    writer.metadata["general.name"] = .string("trained by affine")
    try writer.write(to: export)
    return merging
  }

  /// Goes on where the checkpoint was taken, if there is one.
  func resume(_ trainer: inout Trainer) throws -> TrainingRecord? {
    guard resume, let checkpoint, FileManager.default.fileExists(atPath: checkpoint) else {
      return nil
    }
    do {
      return try trainer.resume(from: Checkpoint.load(from: checkpoint))
    } catch { throw Failure("'\(checkpoint)': \(error)") }
  }

  /// Keeps the state of a run where one is due.
  func keep(
    _ trainer: Trainer, _ record: TrainingRecord, isLast: Bool, with parallel: (any DataParallel)?
  ) throws {
    guard let checkpoint else { return }
    let isDue = checkpointEvery.map { trainer.step.isMultiple(of: $0) } ?? false
    guard isLast || isDue else { return }
    // All ranks give what they have, and one writes it.
    let whole = try parallel.map { try trainer.checkpoint(record, with: $0) }
    try (whole ?? trainer.checkpoint(record))?.write(to: checkpoint)
  }

  /// Writes what all runs became.
  func write(_ report: TrainingReport) throws {
    if let output { try AtomicFile.write(try jsonText(report), to: output) }
    if let plot { try AtomicFile.write(report.plot.svg, to: plot) }
  }
}

import AffineFormats
import AffineTraining
import ArgumentParser
import Foundation

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

  func validate() throws {
    guard checkpoint != nil || !resume && checkpointEvery == nil else {
      throw ValidationError("--resume and --checkpoint-every need --checkpoint")
    }
    if let checkpointEvery, checkpointEvery < 1 {
      throw ValidationError("--checkpoint-every must be 1 or more, not \(checkpointEvery)")
    }
  }

  /// The parameters to start from, kept as a recipe says.
  func load(into model: inout Transformer, _ recipe: Recipe) throws {
    guard let initial else { return }
    try model.load(Checkpoint.load(from: initial), recipe: recipe)
  }

  /// Goes on where the checkpoint was taken, if there is one.
  func resume(_ trainer: inout Trainer) throws -> TrainingRecord? {
    guard resume, let checkpoint, FileManager.default.fileExists(atPath: checkpoint) else {
      return nil
    }
    return try trainer.resume(from: Checkpoint.load(from: checkpoint))
  }

  /// Keeps the state of a run where one is due.
  func keep(_ trainer: Trainer, _ record: TrainingRecord, isLast: Bool) throws {
    guard let checkpoint else { return }
    let isDue = checkpointEvery.map { trainer.step.isMultiple(of: $0) } ?? false
    guard isLast || isDue else { return }
    try trainer.checkpoint(record).write(to: checkpoint)
  }

  /// Writes what all runs became.
  func write(_ report: TrainingReport) throws {
    if let output { try AtomicFile.write(try jsonText(report), to: output) }
    if let plot { try AtomicFile.write(report.plot.svg, to: plot) }
  }
}

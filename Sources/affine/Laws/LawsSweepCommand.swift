import AffineFormats
import AffineQuant
public import AffineTraining
public import ArgumentParser

/// Trains a grid of small models, a file a run, and writes the rows that a law is fitted to.
struct LawsSweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Train a grid of small models in 3 to 8 bits and float32.",
    discussion: """
      Every run writes one JSON file to --folder when it ends; runs whose file is there are skipped, so \
      a sweep that was stopped goes on, and several processes share it with --part. The weights of \
      each trained model are then rounded to --post-bits, and the loss is measured again.

      --collect trains nothing and writes the rows of the runs that have ended, as CSV for \
      `affine laws fit`: parameters without embeddings, tokens, bits (empty: float32), loss.
      """)

  @Option(help: "A UTF-8 text to train on; its last part is kept for validation.") var text: String?
  @Option(help: "Where the files of runs are.") var folder: String
  @OptionGroup(title: "Grid") var grid: SweepOptions
  @Option(help: "Which share of the runs to train, as 3/16.") var part = SweepPart(
    index: 1, count: 1)
  @Option(help: "Threads; runs of this size gain nothing by more than one.") var threads = 1
  @Flag(help: "Print the names of the runs and train none.") var list = false
  @Option(help: "Write the rows of all runs that have ended, and train none.") var collect: String?
  @Option(help: "Which rounding after training to collect: row (usual) or group32.")
  var granularity: SweepResult.Rounded.Granularity?
  @OptionGroup var outputs: OutputOptions

  func validate() throws {
    guard text != nil || list || collect != nil else {
      throw ValidationError("there is nothing to train on: --text names a file")
    }
    try require(threads, in: Execution.threadCounts, for: "--threads")
    guard collect == nil || !list && part.count == 1 else {
      throw ValidationError(
        "--collect writes all runs that have ended: leave --list and --part out")
    }
    guard collect != nil || granularity == nil else {
      throw ValidationError("--granularity needs --collect")
    }
  }

  func run() throws {
    if list {
      for run in grid.grid.part(part.index - 1, of: part.count) { try show(run.name) }
    } else if let collect {
      try outputs.check([("--collect", collect)])
      let results = try SweepFolder(path: folder).results()
      try AtomicFile.write(
        LawRow.csv(results.flatMap { $0.rows(granularity ?? .row) }), to: collect)
      let failed = results.filter { $0.loss == nil }
      try show("\(results.count) runs, of which \(failed.count) have no loss")
      for result in failed {
        try show("  \(result.run.name): \(result.failure ?? "")".escapingControls)
      }
    } else if let text {
      try train(TextCorpus(path: text, unit: .characters))
    }
  }

  private func train(_ corpus: TextCorpus) throws {
    let folder = try SweepFolder(path: folder)
    let settings = grid.settings
    let runs = grid.grid.part(part.index - 1, of: part.count)
    let progress = Progress()
    defer { progress.finish() }
    for (index, run) in runs.enumerated() {
      guard try !folder.has(run, SweepRun.identity(settings, corpus)) else { continue }
      progress.show("run \(index + 1) of \(runs.count): \(run.name)")
      try folder.write(run.train(settings, on: corpus, .threads(threads)))
    }
  }
}

/// A share of a sweep, as `3/16`.
struct SweepPart: ExpressibleByArgument {
  let index, count: Int

  init(index: Int, count: Int) { (self.index, self.count) = (index, count) }

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1],
      (1...4096).contains(count), (1...count).contains(index)
    else { return nil }
    self.init(index: index, count: count)
  }

  var defaultValueDescription: String { "\(index)/\(count)" }
}

extension SweepResult.Rounded.Granularity: ExpressibleByArgument {}

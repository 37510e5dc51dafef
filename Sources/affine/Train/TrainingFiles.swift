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
  @Option(
    help: """
      Start from a model: a GGUF file, a folder of Hugging Face, or a checkpoint or safetensors with the names of \
      parameters here.
      """)
  var initial: String?
  @OptionGroup var reading: ReadingOptions
  @Option(help: "Keep the tokens of the text here, and read them from here the next time.")
  var tokenFile: String?

  @Option(
    help: """
      Write the trained model, its weights in the codes that the recipe multiplies forward: as GGUF, which \
      affine generate runs, if the name ends in .gguf; a new model also as safetensors with the names of parameters \
      here, to train on, if it ends in .safetensors; a model of a file or a folder else as a folder of Hugging Face in \
      float32.
      """)
  var export: String?
  @Option(help: "Write trained adapters as a folder that PEFT and generate --adapters read.")
  var exportAdapters: String?
  @Flag(
    help: "Export adapters merged into the weights they stand beside, which rounds codes again.")
  var merge = false
  @OptionGroup var outputs: OutputOptions
  @Option(help: "Train low-rank adapters of this rank beside frozen weights.")
  var adapterRank: Int?
  @Option(
    help: "What the product of adapters is multiplied with, times their rank: 16 if nobody says.")
  var alpha: Float?
  @Option(
    help: """
      Keep the frozen weights as this type: uint4-group64-nf4, int4-group32; or as the model's file \
      has them: file.
      """, completion: .types)
  var base: String?

  func validate() throws {
    guard adapterRank != nil || base == nil && alpha == nil else {
      throw ValidationError("--base and --alpha need --adapter-rank")
    }
    if let alpha, !(alpha > 0 && alpha.isFinite) {
      throw ValidationError("--alpha must be a number above 0, not \(alpha)")
    }
    guard initial != nil || !reading.copies else {
      throw ValidationError("--no-mmap copies the model that --initial names")
    }
    guard export != nil || !merge else { throw ValidationError("--merge needs --export") }
    guard checkpoint != nil || !resume && checkpointEvery == nil else {
      throw ValidationError("--resume and --checkpoint-every need --checkpoint")
    }
    try require(checkpointEvery, atLeast: 1, for: "--checkpoint-every")
  }

  var exports: Bool { export != nil || exportAdapters != nil }
  var exportsGGUF: Bool { export?.lowercased().hasSuffix(".gguf") ?? false }

  func exportsFolder(_ initial: InitialModel?) -> Bool {
    guard let export, initial != nil else { return false }
    return !exportsGGUF && !export.hasSuffix(".safetensors")
  }

  /// Looks at everything that is to be written before any work.
  func check(inputs: [String?], unit: TextUnit, _ initial: InitialModel?) throws {
    guard !exportsGGUF || initial != nil || unit == .bytes else {
      throw Failure("a GGUF file has no vocabulary of characters: train with --unit bytes")
    }
    guard !exportsGGUF || initial.map({ $0.gguf != nil }) ?? true else {
      throw Failure(
        "a GGUF file takes its vocabulary from one: --initial names a folder, so --export a folder"
      )
    }
    guard initial == nil || !(export?.hasSuffix(".safetensors") ?? false) else {
      throw Failure(
        "a model that --initial names is exported as a folder, or as GGUF if the name ends in .gguf"
      )
    }
    guard exportAdapters == nil || initial != nil && adapterRank != nil else {
      throw Failure("--export-adapters needs --adapter-rank beside an --initial model")
    }
    var outputFiles: [(option: String, path: String?)] = []
    for (option, path) in [
      ("--export", exportsFolder(initial) ? export : nil), ("--export-adapters", exportAdapters),
    ] {
      guard let path else { continue }
      guard FileManager.default.fileExists(atPath: path) else {
        outputFiles.append((option, path))
        continue
      }
      guard let files = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw Failure("'\(path)' of \(option) is no folder that can be read")
      }
      guard outputs.overwrite || files.isEmpty else {
        throw Failure("'\(path)' has files: --overwrite replaces them")
      }
      outputFiles.append((option, "\(path)/\(option.dropFirst(2))"))
    }
    // Tokens that are there are read.
    let hasTokens = tokenFile.map { FileManager.default.fileExists(atPath: $0) } ?? false
    // What a run goes on from is replaced by what it becomes.
    let isReplaced = resume || outputs.overwrite
    var kept: [(option: String, path: String?)] = []
    for (option, path, isKept) in [
      ("--checkpoint", checkpoint, isReplaced), ("--token-file", tokenFile, hasTokens),
    ] {
      if isKept { kept.append((option, path)) } else { outputFiles.append((option, path)) }
    }
    outputFiles += [
      ("--plot", plot), ("--output", output),
      ("--export", exportsFolder(initial) ? nil : export),
    ]
    try outputs.check(
      outputFiles, inputs: [self.initial, resume ? checkpoint : nil], kept: kept, protected: inputs)
    if isReplaced, let checkpoint { try AtomicFile.check(OutputPlace(checkpoint)) }
    if initial == nil, let export, !exportsGGUF, !export.hasSuffix(".safetensors") {
      throw Failure(
        "a model of no family is exported to a name that ends in .gguf, which affine generate runs, or in "
          + ".safetensors, not to '\(export)'")
    }
  }

  /// The model of a file that training starts from, if --initial names one.
  func initialModel(_ model: ModelOptions) throws -> InitialModel? {
    guard let initial, ModelSource.isModel(initial) else {
      guard tokenFile == nil, base != "file" else {
        throw Failure("--token-file and --base file are for a model of a GGUF file or a folder")
      }
      return nil
    }
    if let option = model.firstOfNewModel {
      throw Failure("'\(initial)' says what the model is: leave \(option) out")
    }
    _ = try baseFormat()
    if let context = model.context { try require(context, in: 2...1 << 24, for: "--context") }
    return try InitialModel(initial, sequence: model.context, copies: reading.copies)
  }

  /// The tokens of a text.
  func corpus(
    _ text: String, _ model: ModelOptions, _ initial: InitialModel?
  ) throws -> any TrainingCorpus {
    guard initial != nil || !text.lowercased().hasSuffix(".jsonl") else {
      throw Failure("documents of JSON lines need the tokenizer of a model that --initial names")
    }
    guard let initial else { return try TextCorpus(path: text, unit: model.tokenUnit) }
    return try initial.corpus(text, tokens: tokenFile, overwrite: outputs.overwrite)
  }

  /// Refuses recipes that adapters, or what --base names, leave nothing of.
  func check(_ schedule: RecipeSchedule) throws {
    guard adapterRank != nil else { return }
    try schedule.checkBesideAdapters()
    // What such a recipe keeps is all that it says of frozen weights.
    guard let base, case .codes = schedule.recipe(at: 0).weight else { return }
    throw Failure(
      "\(schedule.name) keeps weights in codes of its own, which --base \(base) would replace: leave one of both out"
    )
  }

  /// What --base names.
  func baseFormat() throws -> BaseFormat? { try base.map { try BaseFormat(name: $0) } }

  /// Adds adapters to a model, if they are asked for.
  func addAdapters(to model: inout Transformer, seed: UInt64) throws {
    guard let adapterRank else { return }
    guard !model.hasAdapters else {
      throw Failure("'\(initial ?? "")' has adapters, which go on: leave --adapter-rank out")
    }
    try model.addAdapters(rank: adapterRank, alpha: alpha ?? 16, seed: seed)
  }

  /// The parameters to start from, kept as a recipe says.
  func load(
    into model: inout Transformer, _ recipe: Recipe, seed: UInt64, on execution: Execution
  ) throws {
    if let initial {
      do {
        try model.load(
          Checkpoint.load(from: initial, copies: reading.copies), recipe: recipe, on: execution)
      } catch { throw Failure("'\(initial)': \(error)") }
    }
    if case .type(let type) = try baseFormat(), !model.hasAdapters {
      try model.keepWeights(as: type, on: execution)
    }
    try addAdapters(to: &model, seed: seed)
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

import AffineBench
import AffineFormats
import AffineQuant
import AffineTraining
import ArgumentParser

/// Trains a small language model under one recipe, or under several to compare them.
struct TrainCommand: ParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a language model in few bits, beside float32.",
    discussion: """
      Examples:
        affine train --text book.txt --recipe int8-mixed-precision --steps 500
        affine train --text book.txt --compare float32,switchback,jetfire --steps 500 --plot loss.svg
        affine train --text book.txt --recipe bitnet --checkpoint run.safetensors --resume
        affine train --text chats.jsonl --initial model.gguf --adapter-rank 16 --base uint4-group64-nf4 --export tuned.gguf
        affine train --text pairs.jsonl --initial all-MiniLM-L6-v2 --export tuned
        affine train --text book.txt --norm rms --activation swiglu --positions rotary --export model.gguf
        mpirun -n 4 affine train --text book.txt --exchange int8 --shard-optimizer --threads 1

      Recipes: \(RecipeSchedule.names.joined(separator: ", ")). Runs of one comparison start from the same parameters and see the \
      same batches.

      --initial names a GGUF file or a folder of Hugging Face to train on, by its own tokenizer, or a checkpoint of this command. \
      A --text whose name ends in .jsonl has a document a line: {"text": …}, or {"messages": [{"role": …, "content": …}, …]}, \
      written as the model's chat template wants it, of which the answers alone are taught. An encoder such as \
      all-MiniLM-L6-v2 is taught by {"anchor": …, "positive": …} that two texts have embeddings near each other and far \
      from others', or by lines of a text under --dropout that each is near itself.
      """)

  @Option(help: "A UTF-8 text to train on; its last part is kept for validation.")
  var text: String?
  @Option(help: "The recipe of the linear layers: float32 if nobody says.") var recipe: String?
  @Option(help: "Several recipes, divided by commas, in place of --recipe.") var compare: String?
  @Option(help: "Steps to take.") var steps = 500
  @Option(help: "Fixes parameters, rounding and dropout: 0 to 18446744073709551615.") var seed:
    UInt64 = 0
  @Option(help: "Run so many seeds from --seed on, and compare their means.") var seeds = 1
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Files") var files: TrainingFiles
  @OptionGroup(title: "Ranks") var ranks: RankOptions
  @OptionGroup var threads: ThreadOption
  @OptionGroup var sets: InstructionSetOption
  @Option(
    parsing: .upToNextOption,
    help: "JSON files of earlier runs to report too; without --text alone.")
  var beside: [String] = []
  @Option(help: "How to print.") var format = DocumentFormat.table

  func validate() throws {
    guard text != nil || !beside.isEmpty else {
      throw ValidationError("there is nothing to train on: --text names a file")
    }
    if let text, [".json", ".ndjson"].contains(where: { text.lowercased().hasSuffix($0) }) {
      throw ValidationError(
        "'\(text)' would be read as one plain text, braces and all: a file of documents has a name that ends in .jsonl, "
          + #"and in each line one of {"text": …}, {"messages": …} and {"anchor": …, "positive": …}"#
      )
    }
    try require(steps, in: 1...1 << 30, for: "--steps")
    try require(seeds, in: 1...100, for: "--seeds")
    if files.tokenFile != nil, files.initial == nil {
      throw ValidationError(
        "--token-file keeps those of a model's tokenizer: --initial names the model")
    }
    guard compare.map({ !$0.split(separator: ",").isEmpty }) ?? true else {
      throw ValidationError("--compare names no recipe")
    }
    let names = compare?.split(separator: ",") ?? []
    if let name = names.enumerated().first(where: { names[..<$0].contains($1) })?.element {
      throw ValidationError("--compare names \(name) twice")
    }
    guard compare == nil || recipe == nil else {
      throw ValidationError("--compare names all recipes: leave --recipe out")
    }
    let keeps = [files.checkpoint, files.export, files.exportAdapters].contains { $0 != nil }
    if keeps, compare != nil || seeds > 1 {
      throw ValidationError(
        "--checkpoint and exports are for one run: --recipe with one seed")
    }
  }

  func run() throws {
    let execution = threads.execution(try sets.instructionSet())
    let schedules = text == nil ? [] : try recipeSchedules()
    // One rank writes, and looks whether it can.
    let initial = try files.initialModel(model)
    if let text {
      try initial?.check(
        exportsAdapters: files.exportAdapters != nil, dropout: model.dropout, text: text)
    }
    if Ranks.isFirst { try files.check(inputs: [text] + beside, unit: model.tokenUnit, initial) }
    var runs = try beside.flatMap { try TrainingReport(contentsOf: $0).runs }
    if let text {
      runs += try train(files.corpus(text, model, initial), by: schedules, initial, execution)
    }
    guard Ranks.isFirst else { return }
    let report = TrainingReport(runs)
    try files.write(report)
    switch format {
    case .json: try printJSON(report)
    case .table: try show(([report.table.plain] + report.notes).joined(separator: "\n"))
    case .markdown: try show(([report.table.markdown] + report.notes).joined(separator: "\n\n"))
    }
  }

  /// What linear layers follow in each run.
  private func recipeSchedules() throws -> [RecipeSchedule] {
    let names = compare?.split(separator: ",").map(String.init) ?? [recipe ?? Recipe.float32.name]
    return try names.map { name in
      let schedule = try training.schedule(named: name, steps: steps)
      try files.check(schedule)
      return schedule
    }
  }

  private func train(
    _ corpus: any TrainingCorpus, by schedules: [RecipeSchedule], _ initial: InitialModel?,
    _ execution: Execution
  ) throws -> [TrainingReport.Run] {
    var runs: [TrainingReport.Run] = []
    for schedule in schedules {
      for index in 0..<UInt64(seeds) {
        runs.append(try train(schedule, seed &+ index, corpus, initial, execution))
      }
    }
    return runs
  }

  private func train(
    _ schedule: RecipeSchedule, _ seed: UInt64, _ corpus: any TrainingCorpus,
    _ initial: InitialModel?, _ execution: Execution
  ) throws -> TrainingReport.Run {
    let settings = training.settings(
      steps: steps, seed: seed, context: initial?.sequence ?? model.sequence,
      usualRate: initial == nil ? 1.5e-3 : files.adapterRank == nil ? 2e-5 : 2e-4)
    let recipe = schedule.recipe(at: 0)
    let parallel = try ranks.parallel()
    var start: Transformer
    if let initial {
      start = try initial.transformer(
        recipe, dropout: model.dropout, base: files.baseFormat(), on: execution, with: parallel)
      try files.addAdapters(to: &start, seed: seed)
    } else {
      start = try Transformer(
        model.configuration(vocabulary: corpus.vocabularySize), dropout: model.dropout,
        recipe: recipe, seed: seed, with: parallel)
      try files.load(into: &start, recipe, seed: seed, on: execution)
    }
    try files.checkExport(of: start, by: schedule.recipe(at: steps), initial)
    try ranks.compare(
      start, corpus.identity,
      files: [
        ("--text", text), ("--initial", initial == nil ? files.initial : nil),
        ("--checkpoint", files.resume ? files.checkpoint : nil),
      ])
    var trainer = try Trainer(
      consume start, schedule, corpus, settings, on: execution, with: parallel)
    trainer.recomputesBlocks = training.gradientCheckpointing
    let earlier = try files.resume(&trainer)
    guard trainer.step <= steps else {
      throw Failure("the checkpoint has taken \(trainer.step) steps, and --steps asks for \(steps)")
    }
    let progress = Progress()
    defer { progress.finish() }
    let record = try trainer.run(
      steps: steps, validatingEvery: training.validateEvery, continuing: earlier, on: execution,
      with: parallel
    ) { trainer, record in
      progress.show(line(trainer, record))
      try files.keep(trainer, record, isLast: trainer.step == steps, with: parallel)
    }
    var run = TrainingReport.Run(record, trainer)
    run.adapterRank = files.adapterRank
    run.base = files.base
    run.ranks = try parallel.map { try TrainingReport.Run.Ranks($0, record.times) }
    if files.exports { try trainer.collectParameters(with: parallel) }
    if Ranks.isFirst {
      run.merging = try files.exportModel(trainer, initial, on: execution)
      run.export = try files.exportedFile(initial)
    }
    run.peakResidentBytes = ResidentMemory.peakBytes
    return run
  }

  private func line(_ trainer: Trainer, _ record: TrainingRecord) -> String {
    let left = Double((steps - trainer.step) * trainer.settings.tokens) / record.tokensPerSecond
    let loss = (record.curve.last?.loss ?? .nan).fixed(4)
    let validation = record.validationLoss.map { ", validation \($0.fixed(4))" } ?? ""
    return "\(record.recipe) seed \(record.seed): step \(trainer.step) of \(steps), loss \(loss)"
      + "\(validation), \(record.tokensPerSecond.fixed(0)) tokens/s, \(left.rounded(.up).fixed(0)) s left"
  }
}

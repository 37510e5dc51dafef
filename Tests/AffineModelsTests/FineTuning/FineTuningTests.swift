import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining
import Testing

/// Models of every architecture are trained on from their files, and what was trained is a file again.
@Suite struct FineTuningTests {
  /// Those of which there are GGUF files.
  static let inGGUF = ["llama", "qwen2", "qwen3", "gemma3_text", "phi3", "smollm3"]
  static let sequence = 24

  static func source(_ name: String, gguf: Bool) throws -> ModelSource {
    let folder = "\(ArchitectureGoldenTests.folder)/\(name)"
    return try ModelSource.open(gguf ? "\(folder)/model.gguf" : folder)
  }

  /// A text that is easily learnt.
  static func corpus(_ vocabulary: Int) throws -> TokenCorpus {
    var builder = TokenFileBuilder(
      TokenFile.Source(text: 1, tokenizer: 2, vocabulary: vocabulary, prefix: []))
    builder.continueText((0..<600).map { 3 + $0 * $0 % 11 })
    return try TokenCorpus(builder.file(), sequence: sequence)
  }

  static func trainer(_ model: Transformer, _ recipe: Recipe = .float32) throws -> Trainer {
    var settings = TrainingSettings(schedule: .constant(5e-3))
    (settings.batch, settings.sequence, settings.validationWindows) = (2, sequence, 2)
    return try Trainer(
      model, .constant(recipe), corpus(model.configuration.vocabulary), settings,
      on: .threads(1))
  }

  /// Trains for some steps, in which the loss falls.
  static func trained(
    _ model: Transformer, _ recipe: Recipe = .float32, steps: Int = 12
  ) throws -> Transformer {
    var trainer = try trainer(model, recipe)
    let before = try trainer.validationLoss(on: .threads(1))
    _ = try trainer.run(steps: steps, on: .threads(1))
    let after = try trainer.validationLoss(on: .threads(1))
    #expect(after < before - 0.05, "\(before) has become \(after)")
    return trainer.model
  }

  static func logits(_ weights: some DecoderWeights) throws -> Matrix<Float> {
    let model = try DecoderModel(weights, activations: .float32, on: .threads(1))
    var cache = KeyValueCache(model.configuration, format: .float32)
    return try model.logits(after: [3, 4, 7, 12, 5, 9, 3], &cache, on: .threads(1))
  }

  static func exported(_ model: Transformer, _ file: GGUFWeights) throws -> GGUFWeights {
    let contents = try GGUFWriter(model, trainedFrom: file).contents
    return try GGUFWeights(GGUFFile(contents: Buffer(contents)))
  }

  /// A file of what was trained says what the file said that it was trained from, and has the logits of the model.
  @Test(arguments: inGGUF) func whatWasTrainedIsAFile(_ name: String) throws {
    let file = try #require(try Self.source(name, gguf: true).gguf)
    let model = try Self.trained(Transformer(file, recipe: .float32, on: .threads(1)))
    let read = try Self.exported(model, file)
    #expect(read.configuration == file.configuration)
    #expect(Set(read.file.tensors.map(\.name)) == Set(file.file.tensors.map(\.name)))
    for key in file.file.metadata.keys where key != "general.file_type" {
      #expect(read.file.metadata[key] == file.file.metadata[key])
    }
    #expect(try Self.logits(read) == Self.logits(model))
  }

  @Test(arguments: ArchitectureGoldenTests.names) func foldersAreTrainedOn(_ name: String) throws {
    let source = try Self.source(name, gguf: false)
    _ = try Self.trained(Transformer(source, recipe: .switchBack, on: .threads(1)), .switchBack)
  }

  /// Every recipe keeps the weights of the file as it keeps others.
  @Test(arguments: Recipe.named.map(\.name)) func everyRecipeTrainsOn(_ name: String) throws {
    let recipe = try Recipe(named: name)
    let source = try Self.source("llama", gguf: true)
    var trainer = try Self.trainer(
      Transformer(source, recipe: recipe, on: .threads(1)), recipe)
    let record = try trainer.run(steps: 2, on: .threads(1))
    #expect(record.curve.allSatisfy { $0.loss.isFinite })
  }

  /// Nothing but adapters moves, and their sum with the frozen weights is what the file holds.
  @Test(arguments: inGGUF, ["float32", "int4-group8", "uint4-group64-nf4", "file"])
  func adaptersAreMerged(_ name: String, base: String) throws {
    let file = try #require(try Self.source(name, gguf: true).gguf)
    var model =
      try base == "file"
      ? Transformer(file)
      : Transformer(
        file, recipe: .float32, linearsAs: QuantizedType(name: base), on: .threads(1))
    let frozen = model.parameters.map { $0.value.floats() }
    try model.addAdapters(rank: 2, alpha: 8, seed: 1)
    let trained = try Self.trained(model, steps: 30)
    #expect(zip(frozen, trained.parameters).allSatisfy { $0 == $1.value.floats() })
    let read = try Self.exported(trained, file)
    // Frozen tensors that were not quantized keep their bytes.
    let table = DecoderTensor.weight(.embedding).nameInGGUF
    #expect(try read.file.bytes(of: table) == file.file.bytes(of: table))
    var merged = trained
    try merged.mergeAdapters(keepingFormats: false, on: .threads(1))
    #expect(try Self.logits(read) == Self.logits(merged))
  }

  /// A model that nobody trained is the file, byte by byte.
  @Test(arguments: inGGUF) func nothingChangesWithoutTraining(_ name: String) throws {
    let file = try #require(try Self.source(name, gguf: true).gguf)
    let read = try Self.exported(Transformer(file, recipe: .float32, on: .threads(1)), file)
    for tensor in file.file.tensors {
      #expect(try read.file.bytes(of: tensor.name) == file.file.bytes(of: tensor.name))
    }
  }

  /// A run goes on from a checkpoint of the same model alone.
  @Test func aRunGoesOnFromItsOwnModel() throws {
    let source = try Self.source("llama", gguf: true)
    var model = try Transformer(source, recipe: .float32, on: .threads(1))
    model.origin = try source.digest()
    var trainer = try Self.trainer(model)
    let record = try trainer.run(steps: 2, on: .threads(1))
    let checkpoint = try trainer.checkpoint(record)
    var resumed = try Self.trainer(model)
    _ = try resumed.resume(from: checkpoint)
    #expect(try resumed.advance(on: .threads(1)) == trainer.advance(on: .threads(1)))
    model.origin = try Self.source("qwen3", gguf: true).digest()
    var other = try Self.trainer(model)
    let error = #expect(throws: CheckpointError.self) { try other.resume(from: checkpoint) }
    guard case .otherRun(let place, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(place == "initial")
  }
}

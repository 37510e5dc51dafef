import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTraining
import Foundation
import Testing

/// Encoders over a tape with the parameters that they run with.
@Suite struct BertTrainingTests {
  static let sequences = [[1, 7, 3, 2], [1, 2], Array(1...20), [1, 49, 0, 49, 5, 2, 11]]

  /// What training computes forward is what runs, bit for bit: of a file's floats, and of what was trained.
  @Test(arguments: [1, 2]) func statesAreThoseThatRun(threads: Int) throws {
    let small = try SmallBert()
    let model = try BertModel(small.file(), small.configuration)
    let transformer = try Transformer(BertWeights(model))
    try expectSameStates(transformer, model, .threads(threads))
    let batch = TokenBatch(
      Self.sequences + Self.sequences, labels: [0, 1, 2, 3, 0, 1, 2, 3])
    let trained = try Self.trained(transformer, on: batch)
    try expectSameStates(
      trained, BertModel(trained, small.configuration), .threads(threads))
  }

  /// The same of files of other families, whose places are numbered otherwise.
  @Test(arguments: EncoderGoldenTests.names) func statesOfGoldenModels(_ name: String) throws {
    let golden = try ArchitectureGoldenTests.Golden(name)
    let model = try BertModel(folder: "\(ArchitectureGoldenTests.folder)/\(name)")
    let transformer = try Transformer(BertWeights(model))
    let states = try transformer.states(of: [golden.tokens], recipe: .float32, on: Tape())
    #expect(golden.distance(states.value.floats()) < 1e-4)
    let found = try model.run(golden.tokens, on: .standard) { _, _ in }
    #expect(states.value.floats() == found)
  }

  private func expectSameStates(
    _ transformer: Transformer, _ model: BertModel, _ execution: Execution
  ) throws {
    let states = try transformer.states(
      of: Self.sequences, recipe: .float32, on: Tape(on: execution)
    ).value.floats()
    var first = 0
    for tokens in Self.sequences {
      let found = try model.run(tokens, on: execution) { _, _ in }
      for row in 0..<tokens.count {
        for column in 0..<found.shape.columns {
          #expect(states[first + row, column].bitPattern == found[row, column].bitPattern)
        }
      }
      first += tokens.count
    }
  }

  /// Some steps of descent.
  private static func trained(_ model: Transformer, on batch: TokenBatch) throws -> Transformer {
    var model = model
    for _ in 0..<3 {
      let (_, gradients) = try model.gradients(batch, recipe: .float32, on: Tape())
      for (index, gradient) in gradients.enumerated() {
        guard let gradient else { continue }
        let value = model.parameters[index].value.floats()
        model.parameters[index].value = .float32(
          Matrix(rows: value.shape.rows, columns: value.shape.columns) {
            value[$0, $1] - 0.01 * gradient[$0, $1]
          })
      }
    }
    return model
  }

  /// A run of the trainer on pairs brings the embeddings of each nearer, and what it writes is what it trained.
  @Test(arguments: EncoderGoldenTests.names) func trainsWritesAndRuns(_ name: String) throws {
    let folder = "\(ArchitectureGoldenTests.folder)/\(name)"
    let before = try BertModel(folder: folder)
    // Each pair begins with a token of its own.
    let pairs = (0..<20).map { index in
      PairCorpus.Pair([5, 10 + index, 7, 8], [5, 10 + index, 40 + index, 9, 6])
    }
    let corpus = try PairCorpus(
      pairs, vocabulary: before.configuration.encoder.vocabulary, sequence: 40, text: 1,
      tokenizer: 2)
    var settings = TrainingSettings(
      schedule: LearningRateSchedule(peak: 2e-3, decay: .cosine, warmUp: 2, steps: 20))
    (settings.batch, settings.sequence, settings.validationWindows) = (4, 40, 1)
    var trainer = try Trainer(
      Transformer(BertWeights(before)), .constant(.float32), corpus, settings)
    let start = try trainer.advance().loss
    for _ in 1..<20 { _ = try trainer.advance() }
    let batch = try corpus.trainingBatch(step: 0, size: 4, sequence: 40, seed: 0)
    let end = try trainer.model.loss(batch, recipe: .float32, on: Tape(isTraining: false)).mean
    #expect(end < start / 2)
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try TextEmbedder.writeFolder(trainer.model, like: folder, to: path)
    let (read, trained) = (
      try BertModel(folder: path, copies: true),
      try BertModel(trainer.model, before.configuration)
    )
    #expect(read.configuration == before.configuration)
    let sequences = pairs.map(\.first) + pairs.map(\.second)
    #expect(try read.embeddings(of: sequences) == trained.embeddings(of: sequences))
    #expect(try read.embeddings(of: sequences) != before.embeddings(of: sequences))
    guard before.configuration.architecture == .bert else { return }
    // Places have the first kind of text, and other kinds their distance to it.
    func kinds(_ folder: String) throws -> Matrix<Float> {
      try SafeTensorsFile(path: "\(folder)/model.safetensors", copies: true)
        .matrix("embeddings.token_type_embeddings.weight")
    }
    let (old, new) = (try kinds(folder), try kinds(path))
    #expect(old.shape == new.shape && old.shape.rows > 1)
    for column in 0..<old.shape.columns {
      for row in 0..<old.shape.rows {
        #expect(new[row, column] == old[row, column] - old[0, column])
      }
    }
  }

  @Test func trainsFloatsAlone() throws {
    let small = try SmallBert()
    var model = try BertModel(small.file(), small.configuration)
    let type = try #require(QuantizedType(name: "int8-row"))
    try model.quantizeLinears(as: type)
    let error = #expect(throws: BertError.self) { try Transformer(BertWeights(model)) }
    #expect(
      error?.description == "the layer '\(model.linearNames[0]).weight': "
        + "expected a matrix of type floats and found codes")
    var other = small.configuration
    other.encoder.normEpsilon = 1e-3
    let whole = try Transformer(BertWeights(BertModel(small.file(), small.configuration)))
    #expect(throws: BertError.self) { try BertModel(whole, other) }
  }

  /// An encoder is no decoder that foresees tokens.
  @Test func encodersForeseeNothing() throws {
    let small = try SmallBert()
    let weights = BertWeights(try BertModel(small.file(), small.configuration))
    let model = try DecoderModel(weights, activations: .float32)
    var cache = KeyValueCache(model.configuration)
    #expect(throws: DecoderError.encoder(without: "next token")) {
      try model.logits(after: [1, 2], &cache)
    }
  }
}

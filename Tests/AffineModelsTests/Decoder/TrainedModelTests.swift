import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// What is trained runs, from memory and from a file, and what is read can be trained.
@Suite struct TrainedModelTests {
  /// Choices that a trainer offers, and those of models that it goes on from.
  static let configurations: [DecoderConfiguration] = {
    var all: [DecoderConfiguration] = []
    for norm in DecoderConfiguration.Norm.allCases {
      for activation in DecoderConfiguration.Activation.allCases {
        for learnsPositions in [true, false] {
          var one = TinyDecoder.extents
          (one.norm, one.activation, one.learnsPositions) = (norm, activation, learnsPositions)
          one.isTied = learnsPositions == (norm == .rms)
          if learnsPositions {
            for block in one.blocks.indices { one.blocks[block].rotary = nil }
          }
          all.append(one)
        }
      }
    }
    var other = TinyDecoder.extents
    (other.normOffset, other.normalizesHeads, other.normalizesOutputs) = (1, true, true)
    (other.activation, other.isTied, other.embeddingScale) = (.geglu, true, 4)
    (other.blocks[0].window, other.attentionCap, other.logitCap) = (9, 5, 8)
    other.blocks[1].rotary = RotaryRule(base: 50, columns: 2, divisors: [3], magnitude: 1.1)
    all.append(other)
    var biased = TinyDecoder.extents
    biased.biases = [.query, .key, .value, .output, .up, .down]
    all.append(biased)
    return all
  }()

  static let tokens = (0..<60).map { ($0 * 17 + 3) % 50 }

  /// Parameters that a model might have, biases and all, as a trainer has them.
  static func trained(_ configuration: DecoderConfiguration) throws -> Transformer {
    try Transformer(TinyDecoder(extents: configuration))
  }

  static func loss(_ model: Transformer, _ recipe: Recipe = .float32) throws -> Double {
    try model.loss(
      Array(tokens.dropLast()), targets: Array(tokens.dropFirst()), sequence: tokens.count - 1,
      recipe: recipe, on: Tape(isTraining: false, on: .threads(1))
    ).mean
  }

  static func loss(_ model: DecoderModel) throws -> Double {
    var perplexity = Perplexity()
    try perplexity.count(tokens[...], model, cache: .float32, on: .threads(1))
    return perplexity.negativeLogLikelihood / Double(perplexity.tokens)
  }

  static func read(_ model: Transformer) throws -> GGUFWeights {
    try GGUFWeights(GGUFFile(contents: Buffer(GGUFWriter(model).contents)))
  }

  /// The tape and the cache execute the same layers: the logits have the same bits, and the losses are sums of
  /// the same numbers in another order.
  @Test(arguments: configurations.indices) func lossesAreThoseOfTraining(index: Int) throws {
    let model = try Self.trained(Self.configurations[index])
    let expected = try Self.loss(model)
    let running = try DecoderModel(model, activations: .float32, on: .threads(1))
    #expect(abs(try Self.loss(running) - expected) < 1e-12 * expected)
  }

  @Test(arguments: configurations.indices) func whatIsWrittenRuns(index: Int) throws {
    let configuration = Self.configurations[index]
    let model = try Self.trained(configuration)
    let weights = try Self.read(model)
    #expect(weights.configuration == configuration)
    let running = try DecoderModel(model, activations: .float32, on: .threads(1))
    let read = try DecoderModel(weights, activations: .float32, on: .threads(1))
    var (one, other) = (
      KeyValueCache(running.configuration), KeyValueCache(read.configuration)
    )
    #expect(
      try running.logits(after: Self.tokens, &one) == read.logits(after: Self.tokens, &other))
    // And it is trained on as it was.
    let again = try Transformer(weights)
    #expect(try Self.loss(again) == Self.loss(model))
  }

  /// Weights become codes as the recipe multiplies them; what is read has their values.
  @Test(arguments: [Recipe.qat8da4w, .int8MixedPrecision, .switchBack])
  func convertedWeightsAreWritten(recipe: Recipe) throws {
    var configuration = TinyDecoder.extents
    (configuration.width, configuration.feedForward) = (64, 96)
    var model = try Transformer(configuration, recipe: recipe, seed: 1)
    try model.convertWeights(for: recipe)
    let read = try DecoderModel(Self.read(model), activations: .float32)
    let name = DecoderTensor.weight(.linear(block: 1, .up)).name
    let value = try #require(model.parameters.first { $0.name == name }?.value)
    guard case .codes(let codes) = value else {
      Issue.record("no codes")
      return
    }
    #expect(read[linear: "model.layers.1.mlp.up_proj"].weight.values == codes.dequantized())
  }

  /// An adapter runs as the sum of its change and its weight.
  @Test func adaptersAreAdded() throws {
    var model = try Self.trained(TinyDecoder.extents)
    let before = try Self.loss(model)
    try model.addAdapters(rank: 2, alpha: 8, seed: 3)
    for index in model.parameters.indices where model.parameters[index].name.hasSuffix("lora.b") {
      let shape = model.parameters[index].shape
      model.parameters[index].value = .float32(
        Matrix(rows: shape.rows, columns: 2) { Float(($0 + 3 * $1) % 5) * 0.05 })
    }
    let expected = try Self.loss(model)
    #expect(abs(expected - before) > 1e-3)
    // Beside their weights they compute what they do in training, bit for bit; a checkpoint keeps them so.
    #expect(abs(try Self.loss(DecoderModel(model, activations: .float32)) - expected) < 1e-12)
    let kept = try CheckpointWeights(model.checkpoint)
    #expect(abs(try Self.loss(DecoderModel(kept, activations: .float32)) - expected) < 1e-12)
    #expect(try Self.loss(Transformer(kept)) == expected)
    // A weight is rounded once more, of the 60 roundings of a way through the layers.
    let found = try Self.loss(DecoderModel(Self.read(model), activations: .float32))
    #expect(abs(found - expected) < 1e-4)
  }

  /// A model of codes is trained beside adapters, and its loss falls.
  @Test func aQuantizedFileIsTrainedOn() throws {
    let type = try #require(QuantizedType(name: "int4-group8"))
    var model = try Transformer(TinyDecoder(type))
    try model.addAdapters(rank: 2, alpha: 4, seed: 5)
    var optimizer = try Optimizer(OptimizerSettings(weightDecay: 0), for: model.parameters)
    let first = try Self.loss(model)
    for step in 0..<10 as Range<UInt64> {
      let gradients = try model.gradients(
        Array(Self.tokens.dropLast()), targets: Array(Self.tokens.dropFirst()), sequence: 59,
        recipe: .float32, on: Tape(step: step)
      ).gradients
      try optimizer.step(&model.parameters, gradients: gradients, learningRate: 0.02)
    }
    #expect(try Self.loss(model) < first - 0.1)
  }

  /// The file says what the model is, and nothing of it is passed over.
  @Test func ownFilesAreReadWhole() throws {
    let writer = try GGUFWriter(Self.trained(Self.configurations[0]))
    func weights(_ writer: GGUFWriter) throws -> GGUFWeights {
      try GGUFWeights(GGUFFile(contents: Buffer(writer.contents)))
    }
    let key = "affine.configuration"
    let text = try writer.metadata.string(key)
    for wrong in ["{}", text + " ", text.replacing("\"heads\":6", with: "\"heads\":5")] {
      var other = writer
      other.metadata[key] = .string(wrong)
      #expect(throws: LanguageModelError.self) { try weights(other) }
    }
    var other = writer
    other.metadata["affine.more"] = .bool(true)
    #expect(throws: LanguageModelError.self) { try weights(other) }
    for name in ["blk.0.attn_q_norm.weight", "rope_freqs.weight", "rope_factors_long.weight"] {
      var other = writer
      try other.add(name, Matrix<Float>(rows: 1, columns: 4) { _, _ in 0 })
      #expect(
        throws: LanguageModelError.unusedTensor(name, layers: Self.configurations[0].blocks.count)
      ) { try weights(other) }
    }
  }

  /// Bytes are tokens by their numbers.
  @Test func bytesAreTokens() throws {
    var writer = GGUFWriter()
    writer.setByteTokens()
    let tokenizer = try BytePairTokenizer(writer.metadata)
    let text = "A b\n\u{e9}\u{1f600}\u{0}"
    #expect(tokenizer.tokens(text) == text.utf8.map(Int.init))
    #expect(tokenizer.text(text.utf8.map(Int.init)) == text)
  }
}

import AffineLayers
import AffineTraining
import Testing

@Suite struct TransformerGradientTests {
  static let pairs = DecoderConfiguration.Norm.allCases.flatMap { norm in
    DecoderConfiguration.Activation.allCases.map { (norm, $0) }
  }
  static let ends = SmallShape.Positions.allCases.flatMap { positions in
    [(positions, false), (positions, true)]
  }

  /// All parameters of all models that there are.
  @Test(arguments: pairs, ends) func gradientsOfAllParameters(
    pair: (DecoderConfiguration.Norm, DecoderConfiguration.Activation),
    end: (SmallShape.Positions, Bool)
  ) throws {
    let shape = ModelCheck.shape(pair.0, pair.1, end.0, isTied: end.1)
    for seed in [1, 2] as [UInt64] { try ModelCheck(shape, seed: seed)(seed: seed) }
  }

  /// Choices of other decoders, one by one and together.
  static let changes: [@Sendable (inout DecoderConfiguration) -> Void] = [
    { $0.normOffset = 1 }, { $0.normalizesHeads = true }, { $0.normalizesOutputs = true },
    { $0.biases = Set(DecoderConfiguration.BlockLinear.allCases) },
    { ($0.blocks[0].window, $0.blocks[1].window) = (2, 4) }, { $0.blocks[1].rotary = nil },
    { $0.blocks[0].rotary = RotaryRule(base: 50, columns: 2, divisors: [3], magnitude: 1.1) },
    { $0.attentionScale = 0.6 }, { ($0.attentionCap, $0.logitCap) = (1.5, 2) },
    { $0.embeddingScale = 2 }, { $0.activation = .geglu },
    {
      ($0.normOffset, $0.normalizesHeads, $0.normalizesOutputs) = (1, true, true)
      ($0.activation, $0.isTied, $0.embeddingScale) = (.geglu, true, 2)
      ($0.blocks[0].window, $0.attentionCap, $0.logitCap) = (3, 4, 5)
    },
  ]

  @Test(arguments: changes.indices, [1, 2] as [UInt64])
  func gradientsOfOtherDecoders(index: Int, seed: UInt64) throws {
    let shape = ModelCheck.shape(.rms, .swiglu, .rotary, isTied: false)
    var configuration = try shape.configuration
    (configuration.width, configuration.headSize) = (8, 4)
    for block in configuration.blocks.indices {
      configuration.blocks[block].rotary = RotaryRule(base: 100, columns: 4)
    }
    Self.changes[index](&configuration)
    try ModelCheck(configuration, seed: seed)(
      seed: seed, roundings: ModelCheck.roundingsOfAll)
  }

  /// Encoders of the same layers: BERT's, RoBERTa's places, and choices that neither makes.
  static let encoders: [@Sendable (inout DecoderConfiguration) -> Void] = [
    { _ in }, { $0.encoder?.paddingToken = 0 }, { ($0.norm, $0.biases) = (.rms, []) },
    { ($0.activation, $0.normalizesHeads, $0.attentionScale) = (.geglu, true, 0.6) },
    {
      for block in $0.blocks.indices {
        $0.blocks[block].rotary = RotaryRule(base: 100, columns: 2)
      }
      ($0.learnsPositions, $0.normalizesOutputs, $0.norm) = (false, true, .range)
    },
  ]

  @Test(arguments: encoders.indices, [1, 2] as [UInt64])
  func gradientsOfEncoders(index: Int, seed: UInt64) throws {
    var configuration = try ModelCheck.shape(.layer, .gelu, .learned, isTied: true).configuration
    configuration.encoder = EncoderRule()
    configuration.biases = [.query, .key, .value, .output, .up, .down]
    Self.encoders[index](&configuration)
    try ModelCheck(configuration, seed: seed)(
      seed: seed, roundings: ModelCheck.roundingsOfAll)
  }

  @Test func encodersThatCannotBe() throws {
    let whole = try ModelCheck.shape(.layer, .gelu, .learned, isTied: true).configuration
    let changes: [(String, (inout DecoderConfiguration) -> Void)] = [
      ("an encoder has no head of its own", { $0.isTied = false }),
      ("an encoder has no sliding windows", { $0.blocks[1].window = 2 }),
      ("token 7 is not one of the 7 of the vocabulary", { $0.encoder?.paddingToken = 7 }),
    ]
    for (sentence, change) in changes {
      var configuration = whole
      configuration.encoder = EncoderRule()
      #expect(throws: Never.self) { try configuration.validate() }
      change(&configuration)
      let error = #expect(throws: DecoderError.self) { try configuration.validate() }
      #expect(error?.description == sentence)
    }
  }
}

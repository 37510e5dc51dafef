import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// Models as GGUF files.
@Suite struct DecoderWritingTests {
  private static func type(_ name: String) throws -> QuantizedType {
    try #require(QuantizedType(name: name))
  }

  /// Rows that are whole blocks of 32.
  private static let extents = TinyDecoder.extents(
    vocabulary: 50, width: 32, heads: 4, keyValueHeads: 2, headSize: 8, feedForward: 64)

  private static func weights(hasHead: Bool = true) throws -> GGUFWeights {
    try GGUFDecoderTests.weights(
      GGUFDecoderTests.file(try TinyDecoder(hasHead: hasHead, extents: extents)))
  }

  private static func read(
    _ model: DecoderModel, _ weights: GGUFWeights
  ) throws -> GGUFWeights {
    let contents = try GGUFWriter(model, from: weights).contents
    return try GGUFWeights(GGUFFile(contents: Buffer(contents)))
  }

  private static func logits(_ model: DecoderModel) throws -> [[Float]] {
    try DecoderModelTests.logits(model, DecoderModelTests.tokens)
  }

  /// A model that nothing was done to keeps the bytes of all tensors.
  @Test func unchangedModelsKeepTheirBytes() throws {
    let weights = try Self.weights()
    let model = try DecoderModel(weights, activations: .float32)
    let again = try Self.read(model, weights)
    #expect(again.file.tensors.map(\.name) == weights.file.tensors.map(\.name))
    for tensor in weights.file.tensors {
      #expect(again.file[tensor.name]?.dimensions == tensor.dimensions)
      #expect(
        try again.file.bytes(of: tensor.name).array == weights.file.bytes(of: tensor.name).array)
    }
    #expect(again.file.metadata["general.file_type"] == .uint32(0))
  }

  /// Blocks of 256 ternary codes are of the type that was named, else of the file's, else of the first.
  @Test func blocksAreOfTheTypeThatWasNamed() throws {
    let extents = TinyDecoder.extents(
      vocabulary: 50, width: 256, heads: 4, keyValueHeads: 2, headSize: 64, feedForward: 256)
    var weights = try GGUFDecoderTests.weights(
      GGUFDecoderTests.file(try TinyDecoder(extents: extents)))
    let type = TernaryGroupWeight.type
    var model = try DecoderModel(weights, activations: .float32)
    model = try model.quantized(QuantizationPlan(type, rules: []), by: RoundToNearest()).model
    let steps: [([QuantizedType: GGUFTensorType], GGUFTensorType, UInt32)] = [
      ([type: .tq2_0], .tq2_0, 37), ([:], .tq2_0, 37), ([type: .tq1_0], .tq1_0, 36),
      ([:], .tq1_0, 36),
    ]
    let logits = try Self.logits(model)
    for (blocks, expected, fileType) in steps {
      let contents = try GGUFWriter(model, from: weights, blocks: blocks).contents
      weights = try GGUFWeights(GGUFFile(contents: Buffer(contents)))
      #expect(weights.file["blk.0.attn_q.weight"]?.type == expected)
      #expect(weights.file.metadata["general.file_type"] == .uint32(fileType))
      model = try DecoderModel(weights, activations: .float32)
      #expect(try Self.logits(model) == logits)
    }
    #expect(throws: GGUFError.self) {
      try GGUFWriter(model, from: weights, blocks: [type: .q8_0]).contents
    }
  }

  /// Codes and the norms that took factors read back as they are: rows of queries and keys find back into
  /// their order.
  @Test(arguments: [
    ("int4-group32-float16", GGUFTensorType.q4_0, 2),
    ("uint4-group32-biased-float16", .q4_1, 3), ("int8-group32-float16", .q8_0, 7),
  ])
  func quantizedModelsReadBack(_ name: String, _ stored: GGUFTensorType, fileType: UInt32) throws {
    for hasHead in [true, false] {
      let weights = try Self.weights(hasHead: hasHead)
      let model = try DecoderModel(weights, activations: .float32)
      var plan = QuantizationPlan(
        try Self.type(name),
        rules: [.init(try #require(NamePattern("*.1.mlp.down_proj")), as: nil)])
      plan.scalesInputs = false
      let quantized = try model.quantized(
        plan, by: SmoothQuant(), calibration: CalibrationSettings([DecoderModelTests.tokens])
      ).model
      let again = try Self.read(quantized, weights)
      let found = try DecoderModel(again, activations: .float32)
      #expect(try Self.logits(found) == Self.logits(quantized))
      #expect(try Self.logits(found) != Self.logits(model))
      for linear in quantized.linearNames {
        #expect(found[linear: linear].weight.values == quantized[linear: linear].weight.values)
      }
      #expect(again.file["blk.0.attn_q.weight"]?.type == stored)
      #expect(again.file["blk.1.ffn_down.weight"]?.type == .f32)
      let norm = "blk.0.attn_norm.weight"
      #expect(again.file[norm]?.dimensions == weights.file[norm]?.dimensions)
      #expect(again.file[norm]?.type == .f32)
      #expect(again.file["output.weight"]?.type == (hasHead ? stored : nil))
      #expect(again.file.metadata["general.file_type"] == .uint32(fileType))
      #expect(again.file.metadata["general.quantization_version"] == .uint32(2))
    }
  }

  @Test func refuseWhatGGUFCannotHold() throws {
    let weights = try Self.weights()
    let model = try DecoderModel(weights, activations: .float32)
    let half = try Self.type("int8-group32-float16")
    let settings = CalibrationSettings([DecoderModelTests.tokens])
    let scaled = try model.quantized(
      QuantizationPlan(half), by: SmoothQuant(), calibration: settings
    ).model
    let layer = "model.layers.0.self_attn.o_proj"
    #expect(throws: LanguageModelError.notInGGUF(linear: layer, "factors of its input")) {
      try GGUFWriter(scaled, from: weights)
    }
    var fixed = try model.quantized(QuantizationPlan(half), by: RoundToNearest()).model
    // There is no product of one scale a tensor with groups that a model could run, but a layer can say so.
    let codes = try AnyQuantized(quantizing: fixed[linear: layer].weight.values, as: half)
    fixed[linear: layer].weight = .fixed(
      PackedWeight(codes), inputs: half, parameters: QuantizationParameters(scales: [1]))
    #expect(throws: LanguageModelError.notInGGUF(linear: layer, "fixed scales of its input")) {
      try GGUFWriter(fixed, from: weights)
    }
    let row = try Self.type("int8-row")
    let rows = try model.quantized(QuantizationPlan(row), by: RoundToNearest()).model
    #expect(throws: GGUFError.self) { try GGUFWriter(rows, from: weights) }
  }
}

import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// Models in GGUF files.
@Suite struct GGUFDecoderTests {
  /// The rows of a head as a GGUF file has them: pairs that turn together are neighbours. Written as in the
  /// conversion: a head's rows as (2, size / 2), transposed.
  static func paired(_ matrix: Matrix<Float>, headSize: Int) -> Matrix<Float> {
    var rows: [Int] = []
    for head in stride(from: 0, to: matrix.shape.rows, by: headSize) {
      for pair in 0..<headSize / 2 {
        for half in 0..<2 { rows.append(head + half * headSize / 2 + pair) }
      }
    }
    return Matrix(rows: rows.count, columns: matrix.shape.columns) { matrix[rows[$0], $1] }
  }

  static func file(_ tiny: TinyDecoder) throws -> GGUFWriter {
    let c = tiny.configuration
    var file = GGUFWriter()
    file.metadata["general.architecture"] = .string("llama")
    for (key, value) in [
      ("block_count", c.blocks.count), ("embedding_length", c.width), ("context_length", c.context),
      ("attention.head_count", c.heads), ("attention.head_count_kv", c.keyValueHeads),
      ("attention.key_length", c.headSize), ("feed_forward_length", c.feedForward),
    ] {
      file.metadata["llama." + key] = .uint32(UInt32(value))
    }
    file.metadata["llama.attention.layer_norm_rms_epsilon"] = .float32(c.normEpsilon)
    file.metadata["llama.rope.freq_base"] = .float32(Float(c.blocks[0].rotary?.base ?? 0))
    for tensor in c.tensors {
      guard case .float32(var matrix) = tiny.stored[tensor] else { continue }
      switch tensor {
      case .weight(.linear(_, .query)), .weight(.linear(_, .key)):
        matrix = paired(matrix, headSize: c.headSize)
      case .bias(.linear(_, .query)), .bias(.linear(_, .key)):
        matrix = paired(matrix.transposed(), headSize: c.headSize).transposed()
      default: break
      }
      try file.add(tensor.nameInGGUF, matrix)
    }
    return file
  }

  static func weights(_ file: GGUFWriter) throws -> GGUFWeights {
    try GGUFWeights(GGUFFile(contents: Buffer(file.contents)))
  }

  @Test(arguments: [true, false]) func areReadAsTheyAre(hasHead: Bool) throws {
    let tiny = try TinyDecoder(hasHead: hasHead)
    let weights = try Self.weights(Self.file(tiny))
    #expect(weights.configuration == tiny.configuration)
    let model = try DecoderModel(weights, activations: .float32, on: .threads(1))
    let expected = try DecoderModel(tiny, activations: .float32, on: .threads(1))
    let tokens = DecoderModelTests.tokens
    #expect(
      try DecoderModelTests.logits(model, tokens) == DecoderModelTests.logits(expected, tokens))
  }

  @Test func nameOtherArchitectures() throws {
    var file = try Self.file(TinyDecoder())
    file.metadata["general.architecture"] = .string("mamba")
    #expect(throws: LanguageModelError.unsupportedArchitecture("mamba")) { try Self.weights(file) }
  }

  /// Before all else that such files lack, or have otherwise than those of Llama.
  @Test func nameOtherArchitecturesAndTokenizersFirst() throws {
    var bare = GGUFWriter()
    bare.metadata["general.architecture"] = .string("mamba")
    var broken = bare
    for (key, value) in [
      ("tokenizer.ggml.model", .string("rwkv")), ("tokenizer.ggml.tokens", .uint32(1)),
      ("mamba.block_count", .string("many")), ("llama.block_count", .uint32(1 << 31)),
    ] as [(String, GGUFValue)] { broken.metadata[key] = value }
    try broken.add("blk.0.ssm_a", Matrix<Float>(rows: 1, columns: 1) { _, _ in 0 })
    for file in [bare, broken] {
      #expect(throws: LanguageModelError.unsupportedArchitecture("mamba")) {
        try Self.weights(file)
      }
    }
    var metadata = GGUFMetadata()
    metadata["tokenizer.ggml.model"] = .string("rwkv")
    #expect(throws: TokenizerError.unknownModel("rwkv")) { try BytePairTokenizer(metadata) }
    for (key, value) in [
      ("tokens", .uint32(1)), ("merges", .array(.int32([]))), ("token_type", .string("")),
      ("pre", .uint32(0)), ("add_eos_token", .bool(true)), ("bos_token_id", .string("")),
    ] as [(String, GGUFValue)] { metadata["tokenizer.ggml.\(key)"] = value }
    #expect(throws: TokenizerError.unknownModel("rwkv")) { try BytePairTokenizer(metadata) }
    // Of a model that runs, without tokens and merges.
    var file = try Self.file(TinyDecoder())
    file.metadata["tokenizer.ggml.model"] = .string("rwkv")
    #expect(throws: TokenizerError.unknownModel("rwkv")) { try Self.weights(file).tokenizer() }
  }

  @Test func missNothing() throws {
    let file = try Self.file(TinyDecoder())
    let optional = [
      "llama.attention.head_count_kv", "llama.rope.freq_base", "llama.attention.key_length",
    ]
    for key in file.metadata.keys where !optional.contains(key) {
      var part = file
      part.metadata[key] = nil
      #expect(throws: GGUFError.missingKey(key)) { try Self.weights(part) }
    }
  }

  @Test(arguments: [
    ("llama.vocab_size", 51), ("llama.rope.dimension_count", 2), ("llama.expert_count", 8),
    ("llama.attention.value_length", 8),
  ])
  func refuseContradictions(key: String, value: Int) throws {
    var file = try Self.file(TinyDecoder())
    file.metadata[key] = .uint32(UInt32(value))
    #expect { try Self.weights(file) } throws: { $0 is DecoderError || $0 is LanguageModelError }
  }

  /// One factor divides all frequencies, whichever of its keys a file has; without a type it is linear.
  @Test(arguments: [
    [("scaling.type", GGUFValue.string("linear")), ("scaling.factor", .float32(3))],
    [("scaling.factor", .float32(3))], [("scale_linear", .float32(3))],
    [("scaling.type", .string("linear")), ("scale_linear", .float32(3))],
    [("scaling.factor", .float32(3)), ("scale_linear", .float32(7))],
  ])
  func divideFrequenciesByAFactor(_ keys: [(String, GGUFValue)]) throws {
    var tiny = try TinyDecoder()
    tiny.divide(by: [3, 3])
    var file = try Self.file(tiny)
    for (key, value) in keys { file.metadata["llama.rope.\(key)"] = value }
    #expect(try Self.weights(file).configuration == tiny.configuration)
    try file.add(
      "rope_freqs.weight", Matrix<Float>(rows: 1, columns: 2) { _, column in [1, 8][column] })
    tiny.divide(by: [3, 24])
    #expect(try Self.weights(file).configuration == tiny.configuration)
  }

  /// A factor of zero, or of a type that says none, is none.
  @Test(arguments: [
    [("scaling.factor", GGUFValue.float32(0))],
    [("scaling.type", .string("none")), ("scaling.factor", .float32(3))],
    [("scaling.type", .string("linear"))],
  ])
  func divideByNothing(_ keys: [(String, GGUFValue)]) throws {
    let tiny = try TinyDecoder()
    var file = try Self.file(tiny)
    for (key, value) in keys { file.metadata["llama.rope.\(key)"] = value }
    #expect(try Self.weights(file).configuration == tiny.configuration)
  }

  /// Frequencies are divided as the file says.
  @Test func divideFrequencies() throws {
    var tiny = try TinyDecoder()
    tiny.divide(by: [1, 8])
    var llama3 = try Self.file(tiny)
    try llama3.add(
      "rope_freqs.weight", Matrix<Float>(rows: 1, columns: 2) { _, column in [1, 8][column] })
    #expect(try Self.weights(llama3).configuration == tiny.configuration)
    let model = try DecoderModel(tiny, activations: .float32, on: .threads(1))
    let expected = tiny.logits(DecoderModelTests.tokens)
    #expect(
      DecoderModelTests.distance(
        try DecoderModelTests.logits(model, DecoderModelTests.tokens), expected)
        < DecoderModelTests.tolerance(expected, layers: 2))
    var yarn = try Self.file(tiny)
    yarn.metadata["llama.rope.scaling.type"] = .string("yarn")
    #expect(
      throws: LanguageModelError.unsupported(
        "positions scaled as 'yarn' without an original context")
    ) {
      try Self.weights(yarn)
    }
  }
}

extension TinyDecoder {
  /// Divides the frequencies of all blocks.
  fileprivate mutating func divide(by divisors: [Double]) {
    for block in configuration.blocks.indices {
      configuration.blocks[block].rotary?.divisors = divisors
    }
  }
}

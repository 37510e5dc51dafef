import AffineDistributed
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Ranks that run one decoder together, against one rank that has it whole.
@Suite struct TensorParallelTests {
  /// What decoders differ in, as far as ranks divide it.
  static let choices: [@Sendable (inout DecoderConfiguration) -> Void] = [
    { _ in },
    // As GPT-2, Gemma 3, Qwen 2 and one head of keys for all.
    {
      $0.biases = [.query, .key, .value, .output, .up, .down]
      ($0.norm, $0.activation, $0.learnsPositions) = (.layer, .gelu, true)
      for block in $0.blocks.indices { $0.blocks[block].rotary = nil }
    },
    {
      $0.normOffset = 1
      ($0.normalizesHeads, $0.normalizesOutputs) = (true, true)
      ($0.activation, $0.isTied, $0.embeddingScale) = (.geglu, true, 4)
      ($0.blocks[0].window, $0.logitCap) = (9, 4)
    },
    {
      $0.biases = [.query, .key, .value]
      ($0.heads, $0.keyValueHeads) = (8, 4)
    },
    {
      $0.keyValueHeads = 1
      $0.isTied = true
    },
  ]

  static let extents = TinyDecoder.extents(
    vocabulary: 50, width: 64, heads: 6, keyValueHeads: 2, headSize: 32, feedForward: 96)
  static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Golden")
  static let tokens = (0..<40).map { ($0 * 17 + 3) % 50 }

  /// A prompt in one piece, then a token at a time, and the bytes of the weights.
  private static func run(
    _ tiny: some DecoderWeights & Sendable, _ activations: ActivationFormat,
    over parallel: (any TensorParallel)? = nil
  ) throws -> (logits: [Float], bytes: Int) {
    let model = try DecoderModel(
      tiny, activations: activations, on: .threads(1), over: parallel)
    var cache = KeyValueCache(model.configuration)
    var logits = try model.logits(
      after: Array(tokens.prefix(33)), &cache, on: .threads(1)
    ).values.array
    for token in tokens.dropFirst(33) {
      logits += try model.logits(after: [token], &cache, on: .threads(1)).values.array
    }
    return (logits, model.byteCount)
  }

  /// Every sum is made whole by one rank: nothing depends on their number, and parts need not be equal.
  @Test(
    arguments: choices.indices,
    [
      (nil, "float32"), ("int8-row", "int8-token"), ("int4-group32", "int8-group32"),
      ("uint4-group16", "float32"),
    ] as [(String?, String)])
  func everyBitIsThatOfOne(
    _ choice: Int, _ types: (weight: String?, activations: String)
  ) throws {
    var extents = Self.extents
    Self.choices[choice](&extents)
    let type = try types.weight.map { try #require(QuantizedType(name: $0)) }
    let tiny = try TinyDecoder(type, extents: extents)
    let activations = try #require(ActivationFormat(name: types.activations))
    let whole = try Self.run(tiny, activations)
    for ranks in [2, 4] {
      let parts = try ThreadRanks.run(ranks) { communicator in
        try Self.run(tiny, activations, over: LayerExchange(communicator))
      }
      for part in parts { #expect(part.logits == whole.logits, "\(ranks) ranks") }
    }
  }

  /// Norms are everywhere, and all else in one place.
  @Test(arguments: [nil, "int4-group32"] as [String?]) func weightsAreDivided(
    _ type: String?
  ) throws {
    let type = try type.map { try #require(QuantizedType(name: $0)) }
    let tiny = try TinyDecoder(type, extents: Self.extents)
    let whole = try Self.run(tiny, .int8Groups).bytes
    let parts = try ThreadRanks.run(2) {
      try Self.run(tiny, .int8Groups, over: LayerExchange($0)).bytes
    }
    let norms = (2 * Self.extents.blocks.count + 1) * Self.extents.width * 4
    #expect(parts.reduce(0, +) == whole + norms)
    #expect(parts[0] == parts[1])
  }

  /// Tiny models of files: floats of each architecture, and codes of each format.
  @Test(
    arguments: [
      "Architectures/llama", "Architectures/llama-biased", "Architectures/mistral",
      "Architectures/qwen2", "Architectures/qwen3", "Architectures/gemma3_text",
      "Architectures/gemma3", "Architectures/phi3", "Architectures/smollm3",
      "Architectures/phi3/model.gguf", "Architectures/gemma3_text/model.gguf", "Quantized/awq",
      "Quantized/gptq", "Quantized/mlx", "Quantized/bnb-int8", "Quantized/bnb-nf4",
      "Quantized/compressed-tensors",
    ], ["float32", "int8-group32"])
  func modelsOfFilesAreThoseOfOne(_ name: String, _ activations: String) throws {
    let source = try ModelSource.open(Self.golden.appending(path: name).path())
    let format = try #require(ActivationFormat(name: activations))
    let whole = try Self.run(source, format)
    for ranks in [2, 4] {
      for part in try ThreadRanks.run(
        ranks, { try Self.run(source, format, over: LayerExchange($0)) })
      { #expect(part.logits == whole.logits, "\(ranks) ranks") }
    }
  }

  @Test func adaptersAreDivided() throws {
    let adapted = AdaptedDecoder(tiny: try TinyDecoder())
    let whole = try Self.run(adapted, .float32)
    #expect(try Self.run(adapted.tiny, .float32).logits != whole.logits)
    for part in try ThreadRanks.run(
      2, { try Self.run(adapted, .float32, over: LayerExchange($0)) })
    { #expect(part.logits == whole.logits) }
  }

  @Test func anAdapterOfAnotherFactorIsFound() throws {
    let (adapted, other) = try (
      AdaptedDecoder(tiny: TinyDecoder()), AdaptedDecoder(tiny: TinyDecoder(), factor: 1)
    )
    _ = try ThreadRanks.run(2) { communicator in
      #expect(throws: DecoderError.otherModel(rank: 1)) {
        try DecoderModel(
          communicator.rank == 0 ? adapted : other, on: .threads(1),
          over: LayerExchange(communicator))
      }
    }
  }

  @Test(arguments: [(3, "2 heads of keys and values"), (7, "6 heads"), (51, "6 heads")])
  func whatDoesNotDivideIsRefused(_ ranks: Int, _ what: String) throws {
    let tiny = try TinyDecoder()
    let errors = try ThreadRanks.run(ranks) { communicator in
      #expect(throws: DecoderError.self) {
        try DecoderModel(tiny, on: .threads(1), over: LayerExchange(communicator))
      }?.description
    }
    for error in errors { #expect(error == "\(what) cannot be divided among \(ranks) ranks") }
  }

  /// Other weights, and the same weights with other numbers beside them.
  static let changes: [@Sendable (inout TinyDecoder) -> Void] = [
    {
      $0.stored[.weight(.norm)] = .float32(
        Matrix(rows: 1, columns: TinyDecoder.extents.width) { _, _ in 1 })
    },
    { $0.configuration.normEpsilon *= 2 },
    { $0.configuration.blocks[1].rotary?.base = 101 },
  ]

  @Test(arguments: changes.indices)
  func anotherModelIsFound(_ change: Int) throws {
    var other = try TinyDecoder()
    let tiny = other
    Self.changes[change](&other)
    let models = [tiny, tiny, other, tiny]
    let errors = try ThreadRanks.run(4) { communicator in
      #expect(throws: DecoderError.otherModel(rank: 2)) {
        try DecoderModel(
          models[communicator.rank], on: .threads(1), over: LayerExchange(communicator))
      }
    }
    #expect(errors.count == 4)
  }

  /// More than one call takes, and no whole number of calls.
  @Test func longRowsAreSharedInPieces() throws {
    let count = (1 << 25) + 12345
    let parts = try ThreadRanks.run(2) { communicator in
      let own = Buffer<UInt8>(count: count, zeroed: false) { memory in
        for index in 0..<count {
          memory[index] = UInt8(truncatingIfNeeded: index % 251 + communicator.rank)
        }
      }
      let noting = NotingRanks(communicator)
      let all = try LayerExchange(noting).share(own)
      // What arrives is in memory twice until it is put in order.
      #expect(noting.mostShared == 1 << 24)
      return all
    }
    #expect(parts[0].count == 2 * count)
    let (first, second) = (parts[0].array, parts[1].array)
    #expect(first == second)
    for place in [0, 1 << 24, 1 << 25, count - 1] {
      for rank in 0..<2 {
        #expect(first[rank * count + place] == UInt8(truncatingIfNeeded: place % 251 + rank))
      }
    }
  }
}

/// A decoder with a change of every linear layer of its blocks.
private struct AdaptedDecoder: DecoderWeights {
  let tiny: TinyDecoder
  var factor: Float = 0.5

  var configuration: DecoderConfiguration { tiny.configuration }

  func tensor(_ tensor: DecoderTensor) -> StoredMatrix? { tiny.tensor(tensor) }

  func change(of layer: DecoderLayer) throws -> LowRankChange? {
    guard case .linear = layer else { return nil }
    let shape = configuration.shape(of: .weight(layer))
    return try LowRankChange(
      a: Matrix(rows: 3, columns: shape.columns) { Float($0 + $1 % 5) / 8 },
      b: Matrix(rows: shape.rows, columns: 3) { Float($0 % 7 - $1) / 16 }, factor: factor)
  }
}

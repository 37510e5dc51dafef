import AffineLayers
import AffineQuant
import AffineTestSupport
import AllocationCounter
import Testing

/// Rows that are made inside of products and attention, against whole matrices one after another.
@Suite struct FusedPassTests {
  /// A decoder in codes; types may differ among layers that read one input.
  static func model(
    _ extents: DecoderConfiguration, others: QuantizedType? = nil, _ execution: Execution
  ) throws -> DecoderModel {
    let type = try #require(QuantizedType(name: "int8-row"))
    var tiny = try TinyDecoder(type, extents: extents)
    if let others {
      for block in extents.blocks.indices {
        let tensor = DecoderTensor.weight(.linear(block: block, .value))
        let values = try #require(tiny.stored[tensor]).floats()
        tiny.stored[tensor] = .codes(try AnyQuantized(quantizing: values, as: others))
      }
    }
    let activations = try #require(ActivationFormat(name: "int8-token"))
    return try DecoderModel(tiny, activations: activations, on: execution)
  }

  /// What a pass keeps of a row: stream and branch; then queries, keys and values, turned queries and keys, and what
  /// attention saw, or both results of the feed-forward part, whichever is more.
  @Test func aRowTakesWhatItsPlacesTake() {
    let narrow = TinyDecoder.extents(
      vocabulary: 50, width: 16, heads: 6, keyValueHeads: 2, headSize: 4, feedForward: 20)
    #expect(narrow.floatsOfRow == 2 * 16 + (24 + 8 + 8) + (24 + 8) + 24)
    let wide = TinyDecoder.extents(
      vocabulary: 50, width: 4096, heads: 32, keyValueHeads: 8, headSize: 128, feedForward: 14_336)
    #expect(wide.floatsOfRow == 2 * 4096 + 2 * 14_336)
  }

  /// The pass that shows the inputs of linear layers has them as matrices.
  @Test(arguments: DecoderTests.choices, [nil, "int4-row"])
  func givesTheBitsOfMatrices(_ choice: DecoderTests.Choice, others: String?) throws {
    var extents = TinyDecoder.extents
    choice.make(&extents)
    let other = try others.map { try #require(QuantizedType(name: $0)) }
    for execution in Executions.all {
      let model = try Self.model(extents, others: other, execution)
      let expected = try model.run(DecoderTests.tokens, execution) { _, _ in }.values.array
      for pieces in [[60], [Int](repeating: 1, count: 60), [31, 1, 28]] {
        #expect(try DecoderTests.logits(model, pieces: pieces, on: execution) == expected)
      }
    }
  }

  /// Products of the model above run on one thread: those of a wider one have work for 16.
  @Test(arguments: [2, 7, 16]) func givesTheBitsOfMatricesOnManyThreads(threads: Int) throws {
    let extents = TinyDecoder.extents(
      vocabulary: 1024, width: 256, heads: 4, keyValueHeads: 2, headSize: 64, feedForward: 1024)
    let model = try Self.model(extents, .threads(1))
    let record = KernelRecord()
    var recorded = Execution.threads(threads)
    recorded.record = record
    let expected = try model.run(DecoderTests.tokens, .threads(1)) { _, _ in }.values.array
    #expect(try DecoderTests.logits(model, pieces: [60], on: recorded) == expected)
    #expect(record.threads == threads)
    for pieces in [[60], [31, 1, 28]] {
      #expect(try DecoderTests.logits(model, pieces: pieces, on: .threads(threads)) == expected)
    }
  }

  /// Several texts together, of which some have one token more and some many, in one format or in several.
  @Test(
    arguments: [
      [CacheFormat.float32], [.float16], [.int8], [.int8, .float32, .float16],
    ], [1, 3])
  func textsGiveTheBitsThatEachHasAlone(formats: [CacheFormat], threads: Int) throws {
    let execution = Execution.threads(threads)
    let model = try Self.model(TinyDecoder.extents, execution)
    let steps = [[[3, 4, 5], [6], [7, 8]], [[9], [10], [11]], [[12], [13, 14, 15, 16], [17]]]
    var caches = (0..<3).map {
      KeyValueCache(model.configuration, format: formats[$0 % formats.count])
    }
    var alone = caches
    for texts in steps {
      let together = try model.logits(after: texts, &caches, on: execution)
      for text in texts.indices {
        let own = try model.logits(after: texts[text], &alone[text], on: execution)
        #expect(own.values.array == together.row(text).indices.map { together[text, $0] })
      }
    }
  }

  /// What is not finite is named by its layer, and the cache is as it was.
  @Test(arguments: [1, 3]) func namesWhatIsNotFinite(threads: Int) throws {
    let type = try #require(QuantizedType(name: "int8-row"))
    var tiny = try TinyDecoder(type)
    let width = tiny.configuration.width
    tiny.stored[.weight(.blockNorm(block: 1, .feedForward))] = .float32(
      Matrix(rows: 1, columns: width) { $1 == 5 ? .infinity : 1 })
    let execution = Execution.threads(threads)
    let activations = try #require(ActivationFormat(name: "int8-token"))
    let model = try DecoderModel(tiny, activations: activations, on: execution)
    var cache = KeyValueCache(model.configuration)
    #expect {
      try model.logits(after: [1, 2, 3], &cache, on: execution)
    } throws: { error in
      guard
        case .quantization(let linear, .notFinite(_, let row, let column)) = error as? DecoderError
      else { return false }
      return linear == "model.layers.1.mlp.gate_proj" && row == 0 && column == 5
    }
    #expect(cache.count == 0)
  }

  /// What the logits of one more token allocate.
  private static func allocationsOfAToken(
    _ extents: DecoderConfiguration, blocks: Int, _ execution: Execution
  ) throws -> Int {
    var extents = extents
    extents.blocks = Array(repeating: extents.blocks[0], count: blocks)
    let model = try model(extents, execution)
    var caches = [KeyValueCache(model.configuration)]
    _ = try model.logits(after: [1, 2, 3, 4], counts: [4], &caches, on: execution)
    return try allocations {
      _ = try model.logits(after: [5], counts: [1], &caches, on: execution)
      caches[0].truncate(to: 4)
    }
  }

  private static func checkBlocksAllocateNothing(
    _ extents: DecoderConfiguration, _ execution: Execution
  ) throws {
    let few = try allocationsOfAToken(extents, blocks: 2, execution)
    #expect(try allocationsOfAToken(extents, blocks: 8, execution) == few)
    #expect(few <= 32)
  }

  /// A block costs none; the rest are what a pass is made of, its turns and its logits.
  @Test(.enabled(if: allocations_are_counted()), arguments: [1, 3])
  func blocksOfATokenAllocateNothing(threads: Int) throws {
    try Self.checkBlocksAllocateNothing(TinyDecoder.extents, .threads(threads))
  }

  /// Nor do workers allocate: of a model with work for three threads, in a process of its own.
  @Test(.enabled(if: allocations_are_counted())) func workersAllocateNothing() async {
    await #expect(processExitsWith: .success) {
      let extents = TinyDecoder.extents(
        vocabulary: 1536, width: 256, heads: 4, keyValueHeads: 2, headSize: 64, feedForward: 2048)
      countAllocations(ofAll: 3)
      try Self.checkBlocksAllocateNothing(extents, .threads(3))
    }
  }
}

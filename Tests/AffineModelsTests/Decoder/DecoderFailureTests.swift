import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// What a model does not take.
@Suite struct DecoderFailureTests {
  static func model() throws -> DecoderModel {
    try DecoderModel(TinyDecoder(), activations: .float32, on: .threads(1))
  }

  @Test func tokensThatAreNone() throws {
    let model = try Self.model()
    var cache = KeyValueCache(model.configuration)
    #expect(throws: DecoderError.noTokens) { try model.logits(after: [], &cache) }
    for token in [-1, 50, .max] {
      #expect(throws: DecoderError.noSuchToken(token, vocabulary: 50)) {
        try model.logits(after: [1, token], &cache)
      }
    }
    #expect(cache.count == 0)
  }

  @Test func aFullContext() throws {
    let model = try Self.model()
    var cache = KeyValueCache(model.configuration, capacity: 5)
    #expect(cache.capacity == 5)
    #expect(KeyValueCache(model.configuration, capacity: 1000).capacity == 70)
    _ = try model.logits(after: [1, 2, 3], &cache)
    #expect(throws: DecoderError.contextFull(capacity: 5, tokens: 6)) {
      try model.logits(after: [1, 2, 3], &cache)
    }
    #expect(cache.count == 3)
    _ = try model.logits(after: [1, 2], &cache)
    #expect(cache.count == 5)
  }

  /// What goes wrong in the middle of a pass leaves the cache as it was.
  @Test func inputsThatAreNotFinite() throws {
    let type = try #require(QuantizedType(name: "int8-group8"))
    var tiny = try TinyDecoder(type)
    tiny.stored[.weight(.blockNorm(block: 1, .attention))] = .float32(
      Matrix(rows: 1, columns: 16) { _, _ in .infinity })
    let model = try DecoderModel(tiny, activations: .int8Groups, on: .threads(1))
    var cache = KeyValueCache(model.configuration)
    #expect(throws: DecoderError.self) { try model.logits(after: [1, 2], &cache) }
    #expect(cache.count == 0)
    do {
      _ = try model.logits(after: [1, 2], &cache)
    } catch DecoderError.quantization(let linear, _) {
      #expect(linear == "model.layers.1.self_attn.q_proj")
    }
  }

  @Test func tensorsThatDoNotFit() throws {
    var tiny = try TinyDecoder()
    let name = DecoderTensor.weight(.linear(block: 1, .up))
    tiny.stored[name] = .float32(Matrix(rows: 16, columns: 20) { _, _ in 0 })
    #expect(
      throws: DecoderError.wrongShape(name.name, expected: Shape(20, 16), found: Shape(16, 20))
    ) { try DecoderModel(tiny) }
    tiny.stored[name] = nil
    #expect(throws: DecoderError.missingTensor(name.name)) { try DecoderModel(tiny) }
  }

  @Test(arguments: [
    "layers", "keyValueHeads", "headSize", "vocabulary", "width", "context", "heads",
  ])
  func impossibleExtents(name: String) throws {
    var tiny = try TinyDecoder()
    switch name {
    case "layers": tiny.configuration.blocks = []
    case "keyValueHeads": tiny.configuration.keyValueHeads = 4
    case "headSize": tiny.configuration.headSize = 5
    case "vocabulary": tiny.configuration.vocabulary = -1
    case "width": tiny.configuration.width = .max
    case "context": tiny.configuration.context = 0
    default: tiny.configuration.heads = 1 << 40
    }
    #expect(throws: DecoderError.self) { try DecoderModel(tiny) }
  }
}

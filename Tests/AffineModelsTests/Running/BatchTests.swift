import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// Several texts that run together.
@Suite struct BatchTests {
  /// Lengths below, at and beyond what runs through the layers at once.
  static let prompts = [3, 1, 64, 30, 2, 65].enumerated().map { text, count in
    (0..<count).map { (text * 11 + $0 * 7 + 1) % 50 }
  }

  static let types = ["float32", "int4-group4", "int8-row"]

  static func model(_ type: String) throws -> DecoderModel {
    let tiny = try TinyDecoder(type == "float32" ? nil : QuantizedType(name: type))
    return try DecoderModel(
      tiny, activations: type == "int8-row" ? .int8Groups : .float32, on: .threads(1))
  }

  /// Bit for bit, whatever runs beside it, from any place in any text.
  @Test(arguments: types, CacheFormat.allCases)
  func logitsAreThoseOfEachTextAlone(_ type: String, _ format: CacheFormat) throws {
    let model = try Self.model(type)
    var caches = Self.prompts.map { _ in KeyValueCache(model.configuration, format: format) }
    var alone = caches
    for step in 0..<3 {
      let texts =
        step == 0
        ? Self.prompts : Self.prompts.indices.map { [($0 + step) % 50, 7].dropLast($0 % 2) }
      let logits = try model.logits(after: texts.map(Array.init), &caches, on: .threads(2))
      #expect(logits.shape.rows == texts.count)
      for (text, tokens) in texts.enumerated() {
        let expected = try model.logits(after: Array(tokens), &alone[text], on: .threads(1))
        for column in 0..<expected.shape.columns {
          #expect(logits[text, column] == expected[0, column])
        }
        #expect(caches[text].count == alone[text].count)
      }
    }
  }

  @Test func errorsLeaveAllCachesAsTheyWere() throws {
    let model = try Self.model("float32")
    var caches = [KeyValueCache(model.configuration), KeyValueCache(model.configuration)]
    _ = try model.logits(after: [[1, 2], [3]], &caches)
    #expect(throws: DecoderError.noTokens) { try model.logits(after: [[1], []], &caches) }
    #expect(throws: DecoderError.noSuchToken(50, vocabulary: 50)) {
      try model.logits(after: [[1], [50]], &caches)
    }
    #expect(throws: DecoderError.contextFull(capacity: 70, tokens: 71)) {
      try model.logits(after: [[1], Array(repeating: 1, count: 70)], &caches)
    }
    #expect(throws: DecoderError.self) { try model.logits(after: [[1]], &caches) }
    #expect(caches.map(\.count) == [2, 1])
  }

  /// Texts of several lengths that end at different steps.
  @Test(arguments: types, [Float(0), 0.8])
  func textsAreThoseOfEachAlone(_ type: String, _ temperature: Float) throws {
    let model = try Self.model(type)
    let sampler = try Sampler(
      temperature: temperature, topK: 20, repetitionPenalty: 1.2, seed: 3)
    var batch = try BatchGenerator(model, prompts: Self.prompts, sampler: sampler, ends: [9, 17])
    var steps = 0
    while try batch.next({ _, _ in true }) { steps += 1 }
    #expect(steps > 1)
    for (prompt, text) in zip(Self.prompts, batch.texts) {
      var generator = try Generator(model, prompt: prompt, sampler: sampler, ends: [9, 17])
      while try generator.next() != nil {}
      #expect(text == generator.tokens)
    }
    #expect(Set(batch.texts.map(\.count)).count > 1)
  }
}

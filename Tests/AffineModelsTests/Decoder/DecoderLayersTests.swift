import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// The layers of a model, one by one.
@Suite struct DecoderLayersTests {
  static let type = "int8-group8"

  static func model() throws -> DecoderModel {
    let type = try #require(QuantizedType(name: type))
    return try DecoderModel(
      TinyDecoder(type), activations: try #require(ActivationFormat(name: "int8-group8")),
      on: .threads(1))
  }

  static func logits(_ model: DecoderModel) throws -> [[Float]] {
    try DecoderModelTests.logits(model, Array(1...20))
  }

  @Test func haveNamesInTheirOrder() throws {
    let model = try Self.model()
    #expect(model.linearNames.count == 15)
    #expect(model.linearNames[0] == "model.layers.0.self_attn.q_proj")
    #expect(model.linearNames[13] == "model.layers.1.mlp.down_proj")
    #expect(model.linearNames[14] == "lm_head")
    #expect(
      model.normGroups.map(\.norm) == [
        "model.layers.0.input_layernorm", "model.layers.0.post_attention_layernorm",
        "model.layers.1.input_layernorm", "model.layers.1.post_attention_layernorm", "model.norm",
      ])
  }

  /// Queries, keys and values are one weight inside; each is what the file had all the same.
  @Test func areWhatTheFileHas() throws {
    let type = try #require(QuantizedType(name: Self.type))
    let tiny = try TinyDecoder(type)
    let model = try Self.model()
    for layer in 0..<2 {
      for linear in DecoderConfiguration.BlockLinear.allCases {
        let tensor = DecoderTensor.weight(.linear(block: layer, linear))
        guard case .codes(let stored) = tiny.stored[tensor] else {
          Issue.record("no codes")
          return
        }
        let found = model[linear: String(tensor.name.dropLast(".weight".count))]
        #expect(found.weight.values == stored.dequantized())
      }
    }
  }

  @Test func canBeReplacedOneByOne() throws {
    let original = try Self.model()
    var model = original
    let expected = try Self.logits(original)
    // With themselves: nothing changes, whether they are kept together or apart.
    for name in model.linearNames { model[linear: name] = original[linear: name] }
    #expect(try Self.logits(model) == expected)
    for name in model.linearNames where name.hasSuffix("k_proj") || name.hasSuffix("up_proj") {
      let values = model[linear: name].weight.values
      model[linear: name] = Linear(weight: .float(values))
      #expect(model[linear: name].weight.values == values)
    }
    let mixed = try Self.logits(model)
    #expect(mixed != expected)
    for name in model.linearNames { model[linear: name] = original[linear: name] }
    #expect(try Self.logits(model) == expected)
  }

  /// What is divided out of a norm and multiplied into its readers changes nothing: powers of two are
  /// exact.
  @Test func takeWhatNormsGiveUp() throws {
    var model = try DecoderModel(TinyDecoder(), activations: .float32, on: .threads(1))
    let expected = try Self.logits(model)
    let factors = Matrix<Float>(rows: 1, columns: 16) { _, column in
      [0.25, 0.5, 2, 4][column % 4]
    }
    for group in model.normGroups {
      model.divideNorm(group.norm, by: factors)
      for name in group.linears {
        let values = model[linear: name].weight.values
        model[linear: name] = Linear(
          weight: .float(
            Matrix(rows: values.shape.rows, columns: 16) { values[$0, $1] * factors[0, $1] }))
      }
    }
    #expect(try Self.logits(model) == expected)
  }

  @Test func showTheirInputs() throws {
    let model = try Self.model()
    var seen: [String] = []
    let tokens = Array(1...20)
    let logits = try model.run(tokens, on: .threads(1)) { name, input in
      seen.append(name)
      #expect(input.shape == Shape(20, model[linear: name].weight.shape.columns))
    }
    #expect(seen == model.linearNames)
    #expect(logits.values.array == (try Self.logits(model)).flatMap { $0 })
    struct Stopped: Error {}
    #expect(throws: Stopped.self) {
      try model.run(tokens, on: .threads(1)) { _, _ in throw Stopped() }
    }
  }
}

import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

@Suite struct ModelQuantizationTests {
  private static let calibration = CalibrationSettings(ToyModel.sequences(8, seed: 1))
  private static let fresh = ToyModel.sequences(4, seed: 2)

  private static func type(_ name: String) throws -> QuantizedType {
    try #require(QuantizedType(name: name))
  }

  /// Divides every input by uneven factors and chooses no codes.
  private struct Fold: QuantizationMethod {
    let name = "fold"
    let needsInputs = false

    func quantize(
      _ group: LayerGroup, on execution: Execution
    ) throws(CalibrationError) -> QuantizedGroup {
      QuantizedGroup(
        group.members.map { _ in nil },
        factors: (0..<group.columns).map { Float(1 + $0 % 7) / 3 })
    }
  }

  /// Factors go into the norm before a group, or else into the layer; either way outputs stay, within some
  /// roundings of 2⁻²⁴ a layer.
  @Test func foldedFactorsChangeNoOutput() throws {
    let model = try ToyModel()
    let plan = QuantizationPlan(try Self.type("int8-row"))
    let folded = try model.quantized(plan, by: Fold()).model
    let distance = try ToyModel.distance(model, folded, Self.fresh)
    #expect(distance <= 1e-5)
    #expect(folded.layers["0.down"]?.inputFactors != nil)
    #expect(folded.layers["0.gate"]?.inputFactors == nil)
    #expect(folded.norms != model.norms)
    // Once more: factors that a layer already has become part of its weight.
    let twice = try folded.quantized(plan, by: Fold()).model
    let again = try ToyModel.distance(model, twice, Self.fresh)
    #expect(again <= 2e-5)
  }

  /// Every method at a type of its own: with those that look at inputs the whole model's output is nearer than
  /// with rounding to nearest of the same type, and every layer's error is told.
  @Test(arguments: [
    ("hqq", "uint3-group32-biased"), ("gptq", "int3-group32"), ("awq", "int3-group32"),
    ("gptq", "uint4-group32-biased"), ("awq", "uint4-group32"),
  ])
  func methodsComeNearer(method: String, type: String) throws {
    let model = try ToyModel()
    let plan = QuantizationPlan(try Self.type(type))
    let chosen = try #require(QuantizationMethods.named(method))
    let plain = try model.quantized(plan, by: RoundToNearest(), calibration: Self.calibration)
    let better = try model.quantized(plan, by: chosen, calibration: Self.calibration)
    let before = try ToyModel.distance(model, plain.model, Self.fresh)
    let after = try ToyModel.distance(model, better.model, Self.fresh)
    // HQQ makes a norm of the weights' own error smaller, as its tests assert; not that of outputs.
    if method != "hqq" { #expect(after < before, "\(after / before)") }
    #expect(better.report.layers.count == 7 && better.report.skipped == 0)
    #expect(better.report.calibrationTokens == 8 * 48)
    for layer in better.report.layers {
      #expect(layer.type.name == type)
      #expect(layer.bytesAfter < layer.bytesBefore)
      let error = try #require(layer.outputError)
      #expect(error > 0)
    }
    if method != "hqq" {
      // What these two make smaller, layer by layer, on the very inputs.
      for (a, b) in zip(better.report.layers, plain.report.layers) {
        let errors = (try #require(a.outputError), try #require(b.outputError))
        #expect(errors.0 <= errors.1 * 1.0001)
      }
    }
  }

  /// The errors that a report tells, by running the layers.
  @Test func reportsErrorsOfOutputs() throws {
    let model = try ToyModel()
    let plan = QuantizationPlan(try Self.type("int4-row"))
    let result = try model.quantized(plan, by: RoundToNearest(), calibration: Self.calibration)
    var inputs: [String: [Matrix<Float>]] = [:]
    for tokens in Self.calibration.sequences {
      _ = try model.run(tokens, on: .threads(1)) { inputs[$0, default: []].append($1) }
    }
    for layer in result.report.layers {
      let (weight, values) = (
        model[linear: layer.name].weight.values, result.model[linear: layer.name].weight.values
      )
      let seen = try #require(inputs[layer.name])
      let numbers = seen.flatMap(\.values.array)
      let width = weight.shape.columns
      // Every token counts alike.
      let rows = stride(from: 0, to: numbers.count, by: width).flatMap { start in
        let row = numbers[start..<start + width].map(Double.init)
        let root = (row.reduce(0) { $0 + $1 * $1 } / Double(width)).squareRoot()
        return row.map { root == 0 ? 0 : Float($0 / root) }
      }
      let all = try Matrix(Shape(rows.count / width, width), rows)
      let expected = CalibrationSamples.outputError(all, weight, values)
      let found = try #require(layer.outputError)
      // Sums of products in float, where those of large columns are some hundred times the mean.
      #expect(abs(found - expected) < 1e-3 * expected, "\(layer.name): \(found), \(expected)")
      #expect(layer.weightSignalToNoise == signalToNoise(weight, values))
    }
  }

  @Test func rulesChooseTypesByName() throws {
    let model = try ToyModel()
    let int8 = try Self.type("int8-row")
    let plan = QuantizationPlan(
      try Self.type("int4-group32"),
      rules: [
        .init(try #require(NamePattern("0.*")), as: int8),
        .init(try #require(NamePattern("*.down")), as: nil),
        .init(try #require(NamePattern("1.down")), as: int8),
      ])
    let result = try model.quantized(plan, by: RoundToNearest())
    let types = Dictionary(
      uniqueKeysWithValues: result.report.layers.map { ($0.name, $0.type.name) })
    #expect(
      types == [
        "0.gate": "int8-row", "0.up": "int8-row", "1.gate": "int4-group32",
        "1.up": "int4-group32", "1.down": "int8-row", "head": "int4-group32",
      ])
    #expect(result.report.skipped == 1)
    guard case .float = result.model[linear: "0.down"].weight else {
      Issue.record("0.down was quantized")
      return
    }
    let unknown = QuantizationPlan(int8, rules: [.init(try #require(NamePattern("2.*")), as: int8)])
    #expect(throws: CalibrationError.fitsNothing(pattern: "2.*", layers: 7)) {
      try model.quantized(unknown, by: RoundToNearest())
    }
  }

  /// A layer of a group that stays float still gets the factors of the others.
  @Test func floatLayersOfAGroupTakePart() throws {
    let model = try ToyModel()
    let up = try #require(NamePattern("*.up"))
    let plan = QuantizationPlan(try Self.type("int8-row"), rules: [.init(up, as: nil)])
    let result = try model.quantized(
      plan, by: SmoothQuant(), calibration: Self.calibration, on: .threads(2))
    #expect(result.report.layers.count == 5)
    // int8 weights err by about half a step of 2/255 of a row's largest: some thousandths of the whole.
    let distance = try ToyModel.distance(model, result.model, Self.fresh)
    #expect(distance < 0.05)
  }

  /// With several parts later layers see what quantized ones write, and make up for some of it.
  @Test func partsSeeTheQuantizedModel() throws {
    let model = try ToyModel()
    let plan = QuantizationPlan(try Self.type("int3-row"))
    var parts = Self.calibration
    parts.parts = 5
    let once = try model.quantized(plan, by: GPTQ(), calibration: Self.calibration)
    let inParts = try model.quantized(plan, by: GPTQ(), calibration: parts)
    let first = (once.model[linear: "0.gate"], inParts.model[linear: "0.gate"])
    #expect(first.0.weight.values == first.1.weight.values)
    let last = (once.model[linear: "head"], inParts.model[linear: "head"])
    #expect(last.0.weight.values != last.1.weight.values)
    // Less memory only means more runs of the same model.
    var small = Self.calibration
    small.memory = 1
    let narrow = try model.quantized(plan, by: GPTQ(), calibration: small)
    for name in model.linearNames {
      #expect(
        narrow.model[linear: name].weight.values == once.model[linear: name].weight.values)
    }
  }

  /// Inputs that were seen once serve as those that are seen for one plan.
  @Test func inputsSeenOnceGiveTheSameModel() throws {
    let model = try ToyModel()
    let plan = QuantizationPlan(try Self.type("int3-group32"))
    let inputs = try model.inputs(Self.calibration.sequences)
    let once = try model.quantized(plan, by: GPTQ(), inputs: inputs)
    let again = try model.quantized(plan, by: GPTQ(), calibration: Self.calibration)
    for name in model.linearNames {
      #expect(once.model[linear: name].weight.values == again.model[linear: name].weight.values)
    }
    #expect(once.report.layers.map(\.outputError) == again.report.layers.map(\.outputError))
  }

  /// Where factors have no place, none are chosen.
  @Test func factorsGoOnlyWhereTheyMay() throws {
    let model = try ToyModel()
    for (norms, layers) in [(true, false), (false, true), (false, false)] {
      var plan = QuantizationPlan(try Self.type("int8-row"))
      (plan.foldsIntoNorms, plan.scalesInputs) = (norms, layers)
      let result = try model.quantized(plan, by: SmoothQuant(), calibration: Self.calibration)
      #expect((result.model.norms != model.norms) == norms)
      let scaled = model.linearNames.count { result.model[linear: $0].inputFactors != nil }
      #expect(scaled == (layers ? model.linearNames.count : 0))
      let distance = try ToyModel.distance(model, result.model, Self.fresh)
      #expect(distance < 0.05)
    }
  }

  @Test func threadsChangeNothing() throws {
    let model = try ToyModel()
    for (method, type) in [
      ("gptq", "int4-group32"), ("awq", "int4-group32"), ("smoothquant", "int8-row"),
      ("hqq", "uint4-group32-biased"),
    ] {
      let plan = QuantizationPlan(try Self.type(type))
      let chosen = try #require(QuantizationMethods.named(method))
      let models = try [1, 3].map {
        try model.quantized(
          plan, by: chosen, calibration: Self.calibration, on: .threads($0)
        ).model
      }
      for name in model.linearNames {
        #expect(
          models[0][linear: name].weight.values == models[1][linear: name].weight.values)
      }
      #expect(models[0].norms == models[1].norms)
    }
  }

  @Test func refusesWhatCannotBe() throws {
    let model = try ToyModel()
    #expect(throws: CalibrationError.noInputs(layer: "0.gate", method: "gptq")) {
      try model.quantized(QuantizationPlan(try Self.type("int4-row")), by: GPTQ())
    }
    #expect(throws: CalibrationError.noProduct(inputs: "int8-column", weights: "int4-row")) {
      try model.quantized(
        QuantizationPlan(try Self.type("int4-row"), inputs: try Self.type("int8-column")),
        by: RoundToNearest())
    }
    #expect(throws: ToyModel.UnknownToken.self) {
      try model.quantized(
        QuantizationPlan(try Self.type("int4-row")), by: GPTQ(),
        calibration: CalibrationSettings([[1, 99]]))
    }
  }

  /// The definition in Double, window by window.
  @Test func perplexityIsOfEachTokenAfterThoseBefore() throws {
    let model = try ToyModel()
    let tokens = ToyModel.sequences(1, length: 45, seed: 5)[0]
    var (sum, count) = (0.0, 0)
    for start in stride(from: 0, to: 45, by: 11) {
      let window = Array(tokens[start..<min(start + 11, 45)])
      guard window.count > 1 else { continue }
      let logits = try model.run(window, on: .threads(1)) { _, _ in }
      for place in 0..<window.count - 1 {
        let row = (0..<ToyModel.vocabulary).map { Double(logits[place, $0]) }
        let largest = row.max() ?? 0
        let total = row.reduce(0) { $0 + exp($1 - largest) }
        sum += log(total) + largest - row[window[place + 1]]
        count += 1
      }
    }
    let found = try ModelJudge<ToyModel>.perplexity(of: tokens, window: 11)(model)
    let expected = exp(sum / Double(count))
    // Losses are within some 2⁻²⁰ of theirs, of which a perplexity is the power of e.
    #expect(abs(found - expected) < 1e-5 * expected)
    let judge = ModelJudge<ToyModel>.meanCosine(to: model, on: Self.fresh)
    let own = try judge(model)
    #expect(abs(own - 1) < 1e-12)
    let plan = QuantizationPlan(try Self.type("int2-row"))
    let cosine = try judge(try model.quantized(plan, by: RoundToNearest()).model)
    #expect(cosine < 0.999 && cosine > 0)
  }
}

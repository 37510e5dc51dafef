import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// The encoder beside its definition in Double, on a small model.
@Suite struct BertModelTests {
  static let sequences = [[1, 7, 3, 2], [1, 2], Array(1...20), [1, 49, 0, 49, 5, 2, 11]]

  /// A norm divides what comes before by its deviation, so a layer's relative error is at most a few
  /// roundings a term of its longest sum (40), which two layers with eight steps each add up; values
  /// are below 3.
  static let tolerance = 3 * 2 * 8 * 40 * 0x1p-24

  @Test(arguments: [true, false]) func isNearItsDefinition(normalizes: Bool) throws {
    let small = try SmallBert(normalizes: normalizes)
    let model = try BertModel(small.file(), small.configuration)
    let found = try model.embeddings(of: Self.sequences)
    #expect(found.shape == Shape(Self.sequences.count, 24))
    for (row, tokens) in Self.sequences.enumerated() {
      for (column, value) in small.embedding(tokens).enumerated() {
        #expect(abs(Double(found[row, column]) - value) < Self.tolerance)
      }
    }
  }

  /// Neither the other sequences nor the threads nor the instruction set change a bit.
  @Test(arguments: ["float32", "int8-row", "int4-group8"])
  func aSequenceStandsAlone(weights: String) throws {
    let small = try SmallBert()
    var model = try BertModel(small.file(), small.configuration)
    if let type = QuantizedType(name: weights) {
      try model.quantizeLinears(as: type, inputs: QuantizedType(name: "int8-token"))
    }
    // More rows than go through the layers together.
    let many = (0..<200).map { Self.sequences[$0 % Self.sequences.count] }
    let alone = try Self.sequences.map {
      try model.embeddings(of: [$0], on: Execution(threads: 1, instructionSet: .portable))
    }
    for execution in [Execution.threads(1), .threads(2)] {
      let found = try model.embeddings(of: many, on: execution)
      for row in 0..<many.count {
        let expected = alone[row % alone.count]
        #expect((0..<24).allSatisfy { found[row, $0].bitPattern == expected[0, $0].bitPattern })
      }
    }
  }

  /// Layers of one type are multiplied together; one that differs leaves them apart.
  @Test func joinedLayersAreTheSame() throws {
    let small = try SmallBert()
    var model = try BertModel(small.file(), small.configuration)
    let type = try #require(QuantizedType(name: "int8-row"))
    try model.quantizeLinears(as: type, inputs: type)
    let joined = try model.embeddings(of: Self.sequences)
    let name = "encoder.layer.0.attention.self.key"
    let factors = Matrix<Float>(rows: 1, columns: 24) { _, _ in 1 }
    model[linear: name].inputFactors = factors
    let apart = try model.embeddings(of: Self.sequences)
    #expect(apart == joined)
    model[linear: name].inputFactors = nil
    #expect(try model.embeddings(of: Self.sequences) == joined)
  }

  @Test func readsWeightsThatAreQuantizedInTheFile() throws {
    let small = try SmallBert()
    let names = small.tensors.keys.filter { $0.hasSuffix(".weight") && !$0.contains("LayerNorm") }
    let type = try #require(QuantizedType(name: "int8-row"))
    let types = Dictionary(uniqueKeysWithValues: names.map { ($0, type) })
    let found = try BertModel(small.file(quantized: types), small.configuration)
    // The same, dequantized before.
    var dequantized: [String: Matrix<Float>] = [:]
    for name in names {
      dequantized[name] = try AnyQuantized(
        quantizing: #require(small.tensors[name]), as: type
      ).dequantized()
    }
    let expected = SmallBert(small, replacing: dequantized)
    for tokens in Self.sequences {
      let embedding = try found.embeddings(of: [tokens])
      for (column, value) in expected.embedding(tokens).enumerated() {
        #expect(abs(Double(embedding[0, column]) - value) < Self.tolerance)
      }
    }
    for name in found.linearNames {
      guard case .quantized(let packed) = found[linear: name].weight else {
        Issue.record("\(name) is not quantized")
        continue
      }
      #expect(packed.quantizedType == type && packed.inputs == nil)
    }
  }

  @Test func showsTheInputsOfItsLayers() throws {
    let small = try SmallBert()
    let model = try BertModel(small.file(), small.configuration)
    var seen: [String] = []
    let tokens = [1, 7, 3, 2]
    let hidden = try model.run(tokens, on: .standard) { name, input in
      seen.append(name)
      #expect(input.shape == Shape(tokens.count, model[linear: name].weight.shape.columns))
    }
    #expect(seen == model.linearNames && seen.count == 12)
    let expected = small.hiddenStates(tokens)
    for row in 0..<tokens.count {
      for column in 0..<24 {
        #expect(abs(Double(hidden[row, column]) - expected[row, column]) < Self.tolerance)
      }
    }
    struct Stop: Error {}
    #expect(throws: Stop.self) { try model.run(tokens, on: .standard) { _, _ in throw Stop() } }
  }

  /// Every norm that linear layers read can be divided and they multiplied, by powers of two without a
  /// rounding.
  @Test func divisionsOfNormsAreUndone() throws {
    let small = try SmallBert()
    let model = try BertModel(small.file(), small.configuration)
    #expect(model.normGroups.count == 4)
    #expect(Set(model.normGroups.flatMap(\.linears)).count == 8)
    let before = try model.embeddings(of: Self.sequences)
    let planted = try model.withPlantedOutliers(features: [0, 5, 23], factor: 32)
    #expect(try planted.embeddings(of: Self.sequences) == before)
    var largest: Float = 0
    _ = try planted.run([1, 7, 3, 2], on: .standard) { name, input in
      guard name.hasSuffix("query") else { return }
      for row in 0..<input.shape.rows { largest = max(largest, input[row, 5].magnitude) }
    }
    #expect(largest > 8)
  }

  /// With a threshold that nothing reaches it is plain int8; with one that everything reaches, floats.
  @Test func outliersApartAreFloats() throws {
    let small = try SmallBert()
    let model = try BertModel(small.file(), small.configuration)
    let type = try #require(QuantizedType(name: "int8-row"))
    var (plain, apart, floats) = (model, model, model)
    try plain.quantizeLinears(as: type, inputs: type)
    try apart.separateOutliers(from: 1e9)
    #expect(
      try apart.embeddings(of: Self.sequences) == plain.embeddings(of: Self.sequences))
    try floats.separateOutliers(from: .leastNonzeroMagnitude, source: .copy(.float32))
    let (found, expected) = (
      try floats.embeddings(of: Self.sequences), try model.embeddings(of: Self.sequences)
    )
    // Zeros are no outliers, and add nothing.
    #expect(smallestCosine(found, expected) > 1 - Self.tolerance)
    #expect(throws: ReplacementError.outliers(name: model.linearNames[0], .threshold(-1))) {
      try apart.separateOutliers(from: -1)
    }
  }

  @Test func inputsChangeTheirType() throws {
    let small = try SmallBert()
    let type = try #require(QuantizedType(name: "int8-row"))
    var (model, expected) = (
      try BertModel(small.file(), small.configuration),
      try BertModel(small.file(), small.configuration)
    )
    try expected.quantizeLinears(as: type, inputs: type)
    try model.quantizeLinears(as: type)
    let weightsOnly = try model.embeddings(of: Self.sequences)
    try model.quantizeInputs(as: type)
    #expect(
      try model.embeddings(of: Self.sequences) == expected.embeddings(of: Self.sequences))
    try model.quantizeInputs(as: nil)
    #expect(try model.embeddings(of: Self.sequences) == weightsOnly)
    let column = try #require(QuantizedType(name: "int8-column"))
    #expect(throws: ReplacementError.noProduct(inputs: "int8-column", weights: "int8-row")) {
      try model.quantizeInputs(as: column)
    }
  }
}

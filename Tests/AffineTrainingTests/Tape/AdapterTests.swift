import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct AdapterTests {
  /// How the frozen weights are kept.
  static let bases = ["float32", "int4-group32", "uint4-group32-nf4"]

  @Test(arguments: bases, DecoderConfiguration.Activation.allCases)
  func gradientsOfAdaptersAlone(base: String, activation: DecoderConfiguration.Activation) throws {
    for seed in [1, 2] as [UInt64] {
      let check = try adapted(base, activation, seed: seed)
      try check(seed: seed, adapterFactor: 1.5)
    }
  }

  /// B is zero: the model computes what it did, bit for bit but for the sum with zero.
  @Test(arguments: bases) func nothingChangesAtFirst(base: String) throws {
    let check = try frozen(base, .gelu, seed: 1)
    var model = check.model
    try model.addAdapters(rank: 2, alpha: 3, seed: 5)
    #expect(try loss(model, check) == loss(check.model, check))
    let a = model.parameters.filter { $0.name.hasSuffix(".lora.a") }
    #expect(a.count == 12)
    #expect(a.map(\.name).contains("model.layers.1.mlp.down_proj.lora.a"))
    #expect(
      a.allSatisfy { $0.shape.rows == 2 && $0.value.floats().values.array.contains { $0 != 0 } })
  }

  @Test(arguments: bases) func stepsMoveAdaptersAlone(base: String) throws {
    let check = try frozen(base, .swiglu, seed: 3)
    var model = check.model
    try model.addAdapters(rank: 2, alpha: 4, seed: 5)
    let trained = model.parameters.filter { !$0.isFrozen }.reduce(0) { $0 + $1.shape.count }
    var optimizer = try Optimizer(OptimizerSettings(weightDecay: 0), for: model.parameters)
    // Two moments of 4 bytes.
    #expect(optimizer.stateBytes == 8 * trained)
    let first = try loss(model, check)
    for step in 0..<20 as Range<UInt64> {
      let gradients = try model.gradients(
        check.tokens, targets: check.targets, sequence: check.sequence, recipe: .float32,
        on: Tape(step: step)
      ).gradients
      #expect(zip(model.parameters, gradients).allSatisfy { $0.isFrozen == ($1 == nil) })
      try optimizer.step(&model.parameters, gradients: gradients, learningRate: 0.02)
    }
    #expect(try loss(model, check) < 0.7 * first)
    for (before, after) in zip(check.model.parameters, model.parameters) {
      #expect(isSame(before.value, after.value), "\(before.name)")
    }
  }

  /// A merged weight is rounded once, and sums run in another order.
  @Test(arguments: bases) func mergedModelComputesTheSame(base: String) throws {
    let check = try adapted(base, .swiglu, seed: 4)
    var merged = check.model
    try merged.mergeAdapters(keepingFormats: false)
    let before = try frozen(base, .swiglu, seed: 4).model.parameters
    #expect(!merged.hasAdapters && merged.parameters.map(\.name) == before.map(\.name))
    #expect(merged.parameters.map(\.learningRateFactor) == before.map(\.learningRateFactor))
    let expected = try loss(check.model, check)
    let unit = Double(ModelCheck.roundings) * 0x1p-24
    #expect(try abs(loss(merged, check) - expected) <= unit * (1 + expected))
    // Nothing left to merge.
    let again = merged
    try merged.mergeAdapters()
    #expect(zip(merged.parameters, again.parameters).allSatisfy { isSame($0.value, $1.value) })
  }

  /// As far from the sum as the rule of the type may be, 8 codes below zero and 7 above: a fourteenth of the
  /// largest magnitude of the group, here a row.
  @Test func mergedCodesStayCodes() throws {
    let check = try adapted("int4-group32", .gelu, seed: 6)
    var (codes, floats) = (check.model, check.model)
    try codes.mergeAdapters()
    try floats.mergeAdapters(keepingFormats: false)
    for (rounded, exact) in zip(codes.parameters, floats.parameters) {
      guard let matrix = Self.codes(rounded) else { continue }
      #expect(matrix.quantizedType.name == "int4-group32")
      let (values, sums) = (matrix.dequantized(as: Float.self), exact.value.floats())
      for row in 0..<values.shape.rows {
        let columns = 0..<values.shape.columns
        let most = (columns.map { sums[row, $0].magnitude }.max() ?? 0) / 14 * (1 + 0x1p-20)
        for column in columns { #expect(abs(values[row, column] - sums[row, column]) <= most) }
      }
    }
    #expect(codes.parameters.compactMap(Self.codes).count == 12)
  }

  /// One row of every B is hardly more than zero, and none first: all that it does not reach keeps its codes.
  @Test(arguments: [
    "int2-group32", "int4-group32", "int8-row", "uint4-group32", "ternary-row", bases[2],
  ])
  func whatDoesNotChangeKeepsItsCodes(base: String) throws {
    let check = try frozen(base, .gelu, seed: 8)
    let before = check.model.parameters.map(Self.codes)
    for changed in [nil, 1] as [Int?] {
      var model = check.model
      try model.addAdapters(rank: 2, alpha: 3, seed: 5)
      model.setB { row, _ in row == changed ? 1e-9 : 0 }
      try model.mergeAdapters()
      for case (let old?, let parameter) in zip(before, model.parameters) {
        let new = try #require(Self.codes(parameter))
        for row in 0..<old.shape.rows where row != changed {
          let (was, become) = (try old.rows(row..<row + 1), try new.rows(row..<row + 1))
          #expect(become.codes == was.codes, "\(parameter.name) \(row)")
          // Of a scale with a zero point the last bit may differ.
          if old.offsets == nil { #expect(become == was, "\(parameter.name) \(row)") }
        }
      }
    }
  }

  /// What is ternary already and changes a little in every place is no smaller afterwards.
  @Test func aLittleDoesNotShrinkTernaryWeights() throws {
    let check = try frozen("ternary-row", .gelu, seed: 9)
    var model = check.model
    try model.addAdapters(rank: 2, alpha: 3, seed: 5)
    model.setB { row, column in row % 2 == column ? 1e-3 : -1e-3 }
    var floats = model
    try model.mergeAdapters()
    try floats.mergeAdapters(keepingFormats: false)
    for index in model.parameters.indices {
      guard let old = Self.codes(check.model.parameters[index]) else { continue }
      let new = try #require(Self.codes(model.parameters[index]))
      let sums = floats.parameters[index].value.floats()
      #expect(new.codes == old.codes)
      for row in 0..<old.shape.rows {
        #expect(new.scales[row, 0] == (0..<old.shape.columns).map { sums[row, $0].magnitude }.max())
      }
    }
  }

  @Test func refusesWhatNoAdapterHas() throws {
    var model = try ModelCheck(ModelCheck.shape(.rms, .silu, .rotary, isTied: true), seed: 1).model
    for (rank, alpha) in [(0, 1), (-1, 1), (1 << 25, 1), (1, .nan), (1, 0)] as [(Int, Float)] {
      #expect(throws: TrainingError.self) {
        try model.addAdapters(rank: rank, alpha: alpha, seed: 1)
      }
    }
    #expect(!model.hasAdapters && model.parameters.allSatisfy { !$0.isFrozen })
    try model.addAdapters(rank: 1, alpha: 1, seed: 1)
    #expect(throws: TrainingError.self) { try model.addAdapters(rank: 1, alpha: 1, seed: 1) }
  }

  private func frozen(
    _ base: String, _ activation: DecoderConfiguration.Activation, seed: UInt64
  ) throws -> ModelCheck {
    var check = try ModelCheck(
      ModelCheck.shape(.layer, activation, .rotary, isTied: false), seed: seed)
    guard let type = QuantizedType(name: base) else { return check }
    for (index, parameter) in check.model.parameters.enumerated()
    where parameter.name.hasPrefix("model.layers.") && parameter.shape.rows > 1 {
      check.model.parameters[index].value = .codes(
        try AnyQuantized(quantizing: parameter.value.floats(), as: type))
    }
    return check
  }

  private func adapted(
    _ base: String, _ activation: DecoderConfiguration.Activation, seed: UInt64
  ) throws -> ModelCheck {
    var check = try frozen(base, activation, seed: seed)
    try check.model.addAdapters(rank: 2, alpha: 3, seed: seed)
    check.scatter(seed: seed + 7)
    return check
  }

  private func loss(_ model: Transformer, _ check: ModelCheck) throws -> Double {
    try model.loss(
      check.tokens, targets: check.targets, sequence: check.sequence, recipe: .float32,
      on: Tape(isTraining: false)
    ).mean
  }

  private static func codes(_ parameter: Parameter) -> AnyQuantized? {
    if case .codes(let matrix) = parameter.value { matrix } else { nil }
  }

  private func isSame(_ a: StoredMatrix, _ b: StoredMatrix) -> Bool {
    switch (a, b) {
    case (.float32(let a), .float32(let b)): a == b
    case (.codes(let a), .codes(let b)): a == b
    default: false
    }
  }
}

extension Transformer {
  /// Gives every adapter the same B, as far as it has rows.
  fileprivate mutating func setB(_ value: (_ row: Int, _ column: Int) -> Float) {
    for index in parameters.indices where parameters[index].name.hasSuffix(".lora.b") {
      let shape = parameters[index].shape
      parameters[index].value = .float32(Matrix(rows: shape.rows, columns: shape.columns, value))
    }
  }
}

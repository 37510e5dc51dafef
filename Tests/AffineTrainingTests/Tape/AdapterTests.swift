import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct AdapterTests {
  /// How the frozen weights are kept.
  static let bases = ["float32", "int4-group32", "uint4-group32-nf4"]

  @Test(arguments: bases, TransformerShape.Activation.allCases)
  func gradientsOfAdaptersAlone(base: String, activation: TransformerShape.Activation) throws {
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
    #expect(a.map(\.name).contains("blocks.1.feedForward.down.lora.a"))
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

  /// Half a step of the new scales away from the sum, at most.
  @Test func mergedCodesStayCodes() throws {
    let check = try adapted("int4-group32", .gelu, seed: 6)
    var (codes, floats) = (check.model, check.model)
    try codes.mergeAdapters()
    try floats.mergeAdapters(keepingFormats: false)
    for (rounded, exact) in zip(codes.parameters, floats.parameters)
    where rounded.name.hasPrefix("blocks") && rounded.shape.rows > 1 {
      guard case .codes(let matrix) = rounded.value else {
        Issue.record("\(rounded.name) is no codes any more")
        continue
      }
      #expect(matrix.quantizedType.name == "int4-group32")
      let (values, sums) = (matrix.dequantized(as: Float.self), exact.value.floats())
      for row in 0..<values.shape.rows {
        for column in 0..<values.shape.columns {
          let error = abs(values[row, column] - sums[row, column])
          #expect(error <= 0.5001 * matrix.scales[row, column / 32])
        }
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
    _ base: String, _ activation: TransformerShape.Activation, seed: UInt64
  ) throws -> ModelCheck {
    var check = try ModelCheck(
      ModelCheck.shape(.layer, activation, .rotary, isTied: false), seed: seed)
    guard let type = QuantizedType(name: base) else { return check }
    for (index, parameter) in check.model.parameters.enumerated()
    where parameter.name.hasPrefix("blocks") && parameter.shape.rows > 1 {
      check.model.parameters[index].value = .codes(
        try AnyQuantized(quantizing: parameter.value.floats(), as: type))
    }
    return check
  }

  private func adapted(
    _ base: String, _ activation: TransformerShape.Activation, seed: UInt64
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

  private func isSame(_ a: StoredMatrix, _ b: StoredMatrix) -> Bool {
    switch (a, b) {
    case (.float32(let a), .float32(let b)): a == b
    case (.codes(let a), .codes(let b)): a == b
    default: false
    }
  }
}

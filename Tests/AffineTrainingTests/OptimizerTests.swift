import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct OptimizerTests {
  /// One parameter of each kind, and a small one.
  static func parameters() throws -> [Parameter] {
    let codes = try AnyQuantized(
      quantizing: Samples.matrix(24, 300, seed: 3), as: Int8Weight.type)
    return [
      Parameter("float", .float32(Samples.matrix(24, 300, seed: 1))),
      Parameter("half", .bfloat16(Samples.matrix(24, 300, seed: 2).converted())),
      Parameter("codes", .codes(codes)),
      Parameter("bias", .float32(Samples.matrix(1, 24, seed: 4))),
    ]
  }

  static func gradients(_ step: Int) -> [Matrix<Float>?] {
    [(24, 300), (24, 300), (24, 300), (1, 24)].enumerated().map { index, extents in
      Samples.matrix(extents.0, extents.1, seed: UInt64(100 * step + index))
    }
  }

  static func patterns(_ parameters: [Parameter]) -> [[UInt32]] {
    parameters.map { $0.value.floats().values.array.map(\.bitPattern) }
  }

  static let settings = MomentFormat.all.flatMap { format in
    OptimizerSettings.Kind.allCases.map { OptimizerSettings(kind: $0, moments: format) }
  }

  @Test(arguments: settings) func neitherThreadsNorKernelsMatter(
    settings: OptimizerSettings
  ) throws {
    var expected: [[UInt32]] = []
    for execution in [
      Execution(threads: 1, instructionSet: .portable), .threads(1), .threads(2), .threads(5),
    ] {
      var parameters = try Self.parameters()
      var optimizer = try Optimizer(settings, for: parameters)
      for step in 0..<3 {
        try optimizer.step(
          &parameters, gradients: Self.gradients(step), learningRate: 1e-2, seed: 7, on: execution)
      }
      let found = Self.patterns(parameters)
      if expected.isEmpty { expected = found }
      #expect(found == expected, "\(execution)")
    }
  }

  @Test(arguments: settings) func aResumedRunIsTheSame(settings: OptimizerSettings) throws {
    var parameters = try Self.parameters()
    var optimizer = try Optimizer(settings, for: parameters)
    for step in 0..<3 {
      var gradients = Self.gradients(step)
      // Moments of one parameter are younger than the others.
      if step == 0 { gradients[1] = nil }
      try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-2, seed: 7)
    }
    var resumedParameters = parameters
    var resumed = try Optimizer(settings, for: parameters)
    try resumed.importMoments(optimizer.exportMoments())
    #expect(resumed.stepCount == 3)
    for step in 3..<6 {
      let gradients = Self.gradients(step)
      try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-2, seed: 7)
      try resumed.step(&resumedParameters, gradients: gradients, learningRate: 1e-2, seed: 7)
    }
    #expect(Self.patterns(parameters) == Self.patterns(resumedParameters))
    #expect(
      optimizer.exportMoments().map { $0.value.floats().values.array.map(\.bitPattern) }
        == resumed.exportMoments().map { $0.value.floats().values.array.map(\.bitPattern) })
  }

  @Test func bytesAreCountedByParameter() throws {
    let parameters = try Self.parameters()
    let optimizer = try Optimizer(OptimizerSettings(moments: .dynamic8()), for: parameters)
    // 300 columns are two groups a row; the bias has fewer than 4096 elements.
    #expect(optimizer.stateBytes == 3 * 2 * (24 * 300 + 24 * 2 * 4) + 8 * 24)
  }

  /// What a parameter says of its own moments goes before the settings: it moves as if all were so.
  @Test func theFormatOfAParameterIsItsOwn() throws {
    var own = try Self.parameters(), all = own
    own[0].moments = .float32
    let before = own[1]
    var (mixed, floats) = (
      try Optimizer(OptimizerSettings(moments: .dynamic4()), for: own),
      try Optimizer(OptimizerSettings(moments: .float32), for: all)
    )
    for step in 0..<3 {
      let gradients = Self.gradients(step)
      try mixed.step(&own, gradients: gradients, learningRate: 1e-2, seed: 7)
      try floats.step(&all, gradients: gradients, learningRate: 1e-2, seed: 7)
    }
    #expect(Self.patterns([own[0]]) == Self.patterns([all[0]]))
    #expect(Self.patterns([own[1]]) != Self.patterns([all[1]]))
    #expect(Self.patterns([own[1]]) != Self.patterns([before]))
  }

  /// Rows of a table have gradients only now and then.
  @Test(arguments: SmallShape.Positions.allCases, [true, false])
  func tablesKeepMomentsInFloats(positions: SmallShape.Positions, isTied: Bool) throws {
    var shape = SmallShape(vocabulary: 64)
    (shape.positions, shape.isTied) = (positions, isTied)
    let configuration = try shape.configuration
    let model = try Transformer(shape, recipe: .float32, seed: 1)
    let floats = model.parameters.filter { $0.moments == .float32 }.map(\.shape)
    let tables: [DecoderTensor] =
      [.weight(.embedding)] + (positions == .learned ? [.weight(.positions)] : [])
    #expect(floats == tables.map { configuration.shape(of: $0) })
    // Both moments of 4 bytes; of the rest two codes of a byte and two scales for 256 neighbours in a row.
    let optimizer = try Optimizer(OptimizerSettings(moments: .dynamic8()), for: model.parameters)
    let bytes = model.parameters.reduce(0) { sum, parameter in
      let (rows, columns) = (parameter.shape.rows, parameter.shape.columns)
      let isShort = parameter.moments == nil && rows * columns >= OptimizerSettings.smallest
      return sum + 2
        * (isShort ? rows * (columns + 4 * ((columns + 255) / 256)) : 4 * rows * columns)
    }
    #expect(optimizer.stateBytes == bytes)
  }

  @Test func frozenParametersAndThoseWithoutGradientStay() throws {
    var parameters = try Self.parameters()
    parameters[0].learningRateFactor = 0
    var gradients = Self.gradients(0)
    gradients[3] = nil
    let before = Self.patterns(parameters)
    var optimizer = try Optimizer(OptimizerSettings(), for: parameters)
    try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-1)
    let after = Self.patterns(parameters)
    #expect(after[0] == before[0] && after[3] == before[3])
    #expect(after[1] != before[1] && after[2] != before[2])
    #expect(optimizer.stepCount == 1)
  }

  @Test func factorsAndDecayAreThoseOfTheParameter() throws {
    let start = Samples.matrix(2, 8), gradient = Samples.matrix(2, 8, seed: 5)
    var parameters = ["a", "b", "c"].map { Parameter($0, .float32(start)) }
    parameters[1].decays = false
    parameters[2].learningRateFactor = 0.5
    var optimizer = try Optimizer(OptimizerSettings(weightDecay: 0.1), for: parameters)
    try optimizer.step(
      &parameters, gradients: [gradient, gradient, gradient], learningRate: 1e-2)
    for (index, (rate, decay)) in [(1e-2, 0.1), (1e-2, 0), (5e-3, 0.1)].enumerated() {
      var alone = try AdamW(shape: start.shape)
      (alone.learningRate, alone.weightDecay) = (Float(rate), Float(decay))
      let expected = try alone.update(start, gradient: gradient)
      #expect(parameters[index].value.floats() == expected)
    }
  }

  @Test func floatsMoveInTheirOwnMemory() throws {
    for format in MomentFormat.all {
      var parameters = [Parameter("a", .float32(Samples.matrix(16, 300)))]
      var optimizer = try Optimizer(OptimizerSettings(moments: format), for: parameters)
      let gradients: [Matrix<Float>?] = [Samples.matrix(16, 300, seed: 2)]
      try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-3)
      let start = unsafe UInt(bitPattern: parameters[0].value.floats().values.pointer)
      let copy = parameters
      let values = copy[0].value.floats().values.array
      // Shared now: the copy keeps its values, and the parameter gets memory that it keeps.
      try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-3)
      #expect(copy[0].value.floats().values.array == values)
      let own = unsafe UInt(bitPattern: parameters[0].value.floats().values.pointer)
      #expect(own != start)
      try optimizer.step(&parameters, gradients: gradients, learningRate: 1e-3)
      #expect(unsafe UInt(bitPattern: parameters[0].value.floats().values.pointer) == own)
    }
  }

  /// A learning rate of a hundredth of a step of the codes: nearest codes never move, random ones do
  /// on average. 300 steps of 0.01 are three codes, of 7200 elements each; the deviation of the mean
  /// is (300 · 0.01)^½ / 7200^½ = 0.02 codes, and of the scale there is none.
  @Test func smallUpdatesSurviveRandomRounding() throws {
    let start = Matrix<Float>(rows: 24, columns: 300) { $1 == 0 ? 127 : 1 }
    var means: [Double] = []
    for isRandom in [true, false] {
      var parameter = Parameter(
        "a",
        .codes(
          try AnyQuantized(
            quantizing: start, as: Int8Weight.type, QuantizationOptions(codes: -127...127))))
      parameter.roundsStochastically = isRandom
      var parameters = [parameter]
      var optimizer = try Optimizer(
        OptimizerSettings(kind: .sgd, beta1: 0, weightDecay: 0), for: parameters)
      let gradient = Matrix<Float>(rows: 24, columns: 300) { $1 == 0 ? 0 : -1 }
      for _ in 0..<300 {
        try optimizer.step(&parameters, gradients: [gradient], learningRate: 0.01, seed: 3)
      }
      let values = parameters[0].value.floats()
      let sum = (0..<24).reduce(0.0) { sum, row in
        (1..<300).reduce(sum) { $0 + Double(values[row, $1]) }
      }
      means.append(sum / Double(24 * 299))
    }
    #expect(abs(means[0] - 4) < 4 * 0.021)
    #expect(abs(means[1] - 1) < 1e-6)
  }
}

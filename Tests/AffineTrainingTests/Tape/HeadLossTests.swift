import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// The loss of logits that are never whole, and of sequences side by side.
@Suite struct HeadLossTests {
  /// Logits of 4 products below 1 are at most 8 apart, so that their rounding is at most 8 of what it is beside 1;
  /// 3 roundings of the exponential, a sum, and five more. Before them a sum of 4, behind them one over 5 rows of the
  /// head or 3 of the states.
  @Test(
    arguments: [1, 2] as [UInt64],
    [([4, 0, 2], 1), ([-1, 3, -1], 1), ([1, 1, 1], 10), ([0, -1, 4], 100)])
  func slicesAddUp(seed: UInt64, targets: ([Int], slice: Int)) throws {
    for cap in [nil, 2] as [Float?] {
      let check = LayerCheck(
        inputs: [Numbers.uniform(3, 4, seed: seed), Numbers.uniform(5, 4, seed: seed + 10)],
        roundings: 2 * LayerCheck.roundings(ofSum: 5) + 8 + 3 + 6 + 5 + (cap == nil ? 0 : 12),
        definition: { inputs in
          var logits = DoubleLayers.linear(inputs[0], inputs[1])
          if let cap { logits = DoubleLayers.cap(logits, at: Double(cap)) }
          return DoubleMatrix(1, 1) { _, _ in DoubleLayers.crossEntropy(logits, targets.0) }
        },
        layer: {
          try $0.crossEntropy(
            $1[0], head: $1[1], cap: cap, targets: targets.0, slice: targets.slice
          ).variable
        })
      try check(seed: seed)
    }
  }

  @Test func noTargetsMeanNoLoss() throws {
    let tape = Tape()
    let states = tape.input(.float32(Numbers.normal(2, 3, seed: 1)))
    let head = tape.input(.float32(Numbers.normal(4, 3, seed: 2)))
    let loss = try tape.crossEntropy(states, head: head, targets: [-1, -1])
    #expect(loss.mean == 0)
    let gradients = try tape.gradients(of: loss.variable, Numbers.uniform(1, 1, seed: 1))
    #expect(gradients[states]?.values.array == Array(repeating: 0, count: 6))
    #expect(gradients[head]?.values.array == Array(repeating: 0, count: 12))
  }

  /// A head in codes gives the gradient of the states that its values give.
  @Test func aHeadInCodesIsItsValues() throws {
    let type = try #require(QuantizedType(name: "int8-row"))
    let codes = try AnyQuantized(quantizing: Numbers.normal(40, 16, seed: 2), as: type)
    let states = Numbers.normal(6, 16, seed: 3)
    let targets = [3, -1, 39, 0, 7, 7]
    func gradient(_ head: StoredMatrix) throws -> (Double, [Double]) {
      let tape = Tape(on: .threads(1))
      let x = tape.input(.float32(states))
      let loss = try tape.crossEntropy(x, head: Variable(head), targets: targets, slice: 80)
      let one = Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 }
      let gradients = try tape.gradients(of: loss.variable, one)
      return (loss.mean, Numbers.doubles(try #require(gradients[x])))
    }
    let (found, expected) = (
      try gradient(.codes(codes)), try gradient(.float32(codes.dequantized()))
    )
    #expect(abs(found.0 - expected.0) < 1e-6)
    #expect(Numbers.relativeError(found.1, expected.1) < 1e-6)
  }

  /// Each document is read as if it were alone: with places from 0, and without the others.
  @Test(arguments: SmallShape.Positions.allCases)
  func packedDocumentsAreAlone(positions: SmallShape.Positions) throws {
    var shape = SmallShape(vocabulary: 30)
    (shape.width, shape.heads, shape.keyValueHeads, shape.hidden) = (32, 4, 2, 48)
    (shape.context, shape.positions, shape.norm) = (16, positions, .rms)
    let model = try Transformer(shape, recipe: .float32, seed: 7)
    let lengths = [7, 1, 12, 4]
    let tokens = (0..<24).map { ($0 * 11 + 5) % 30 }
    let targets = (0..<24).map { $0 % 5 == 3 ? -1 : ($0 * 7 + 1) % 30 }
    func run(_ batch: TokenBatch) throws -> (loss: Double, gradients: [Double]) {
      let tape = Tape(on: .threads(1))
      let loss = try model.loss(batch, recipe: .float32, on: Tape(isTraining: false)).mean
      var all: [Double] = []
      try model.gradients(batch, recipe: .float32, on: tape).gradients.forEach {
        all += $0.map(Numbers.doubles) ?? []
      }
      return (loss, all)
    }
    let packed = try run(TokenBatch(inputs: tokens, targets: targets, lengths: lengths))
    var (sum, gradients, first) = (0.0, [Double](repeating: 0, count: packed.gradients.count), 0)
    for length in lengths {
      let part = first..<first + length
      let alone = TokenBatch(
        inputs: Array(tokens[part]), targets: Array(targets[part]), lengths: [length])
      let found = try run(alone)
      sum += found.loss * Double(alone.counted)
      for index in gradients.indices {
        gradients[index] += found.gradients[index] * Double(alone.counted)
      }
      first += length
    }
    let counted = Double(targets.count { $0 >= 0 })
    // Sums of Float in another order.
    #expect(abs(packed.loss - sum / counted) < 1e-6 * packed.loss)
    #expect(
      Numbers.relativeError(packed.gradients, gradients.map { $0 / counted })
        < 100 * Double(Float.ulpOfOne))
  }

  /// Every target has the same part in a step, however few of its batch count.
  @Test func accumulationWeighsTargets() throws {
    var builder = TokenFileBuilder(
      TokenFile.Source(text: 0, tokenizer: 0, vocabulary: 30, prefix: []))
    for document in 0..<9 {
      let tokens = (0..<9).map { ($0 * (document + 2) + 1) % 30 }
      builder.append(tokens, isTaught: (0..<9).map { $0 <= document })
    }
    let corpus = try TokenCorpus(builder.file(), sequence: 8)
    var shape = SmallShape(vocabulary: 30)
    (shape.width, shape.layers, shape.heads, shape.keyValueHeads) = (16, 1, 2, 2)
    (shape.hidden, shape.context) = (24, 8)
    let model = try Transformer(shape, recipe: .float32, seed: 7)
    func report(batch: Int, accumulation: Int) throws -> Trainer.Report {
      var settings = TrainingSettings(schedule: .constant(1e-3))
      (settings.batch, settings.accumulation, settings.sequence) = (batch, accumulation, 8)
      var trainer = try Trainer(model, .constant(.float32), corpus, settings, on: .threads(1))
      return try trainer.advance(on: .threads(1))
    }
    let (whole, parts) = (
      try report(batch: 4, accumulation: 1), try report(batch: 1, accumulation: 4)
    )
    #expect(abs(whole.loss - parts.loss) < 1e-6 * whole.loss)
    #expect(abs(whole.gradientNorm - parts.gradientNorm) < 1e-5 * whole.gradientNorm)
  }
}

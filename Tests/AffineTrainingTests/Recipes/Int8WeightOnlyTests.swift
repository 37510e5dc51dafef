import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct Int8WeightOnlyTests {
  let layer = Layer()

  private func codes(_ w: Matrix<Float>) throws -> StoredMatrix {
    .codes(try Int8Weight(quantizing: w, codes: -127...127).erased)
  }

  /// The parameter is int8; its products are those of the values that it stands for.
  @Test func productsAreFloatOnTheCodesValues() throws {
    let run = try LinearRun(
      .int8WeightOnly, .float32(layer.x), try codes(layer.w), layer.g)
    let (x, g) = (Table(layer.x), Table(layer.g))
    let w = Coded.symmetric(layer.w, .row).table
    let found = (
      excess(run.output, over: Table.forward(x, w), roundings: roundings(depth: 70)),
      excess(run.dx, over: Table.inputGradient(g, w), roundings: roundings(depth: 23)),
      excess(run.dw, over: Table.weightGradient(g, x), roundings: roundings(depth: 40))
    )
    print("int8-weight-only: \(found) of the roundings' bounds")
    #expect(found.0 <= 1 && found.1 <= 1 && found.2 <= 1)
    #expect(run.dw == (try weightGradient(layer.g, layer.x)))
    #expect(run.savedBytes == 4 * 40 * 70)
  }

  /// Scales of the weight's rows vary along what the input's gradient sums, so that no product of codes
  /// serves: the gradient's codes become values.
  @Test func gradientsInCodesMeetTheWeightsValues() throws {
    let recipe = Recipe.int8WeightOnly.with {
      $0.inputGradient.left = .codes(CodePlan())
    }
    try recipe.validate()
    let run = try LinearRun(recipe, .float32(layer.x), try codes(layer.w), layer.g)
    let dx = Table.inputGradient(
      Coded.symmetric(layer.g, .row).table, Coded.symmetric(layer.w, .row).table)
    #expect(excess(run.dx, over: dx, roundings: roundings(depth: 23)) <= 1)
  }

  /// 200 updates of a hundredth of a step: at random they arrive in the mean, to the nearest none does.
  @Test(arguments: [true, false]) func smallUpdatesArrive(roundsStochastically: Bool) throws {
    // The first column holds the scale: 1 / 127, whatever happens to the others.
    let w = Numbers.normal(64, 65, seed: 5).map { $1 == 0 ? 1 : min(max($2 / 8, -0.5), 0.5) }
    let g = w.map { _, column, _ in column == 0 ? 0 : 1 }
    var parameters = [Parameter("weight", try codes(w))]
    parameters[0].roundsStochastically = roundsStochastically
    let start = parameters[0].value.floats()
    var optimizer = try Optimizer(
      OptimizerSettings(kind: .sgd, beta1: 0, weightDecay: 0), for: parameters)
    let rate = Float(0.01 / 127)
    for _ in 0..<200 {
      try optimizer.step(&parameters, gradients: [g], learningRate: rate, seed: 3)
    }
    let end = parameters[0].value.floats()
    var moved = 0.0
    for row in 0..<64 {
      for column in 1..<65 { moved += Double(start[row, column] - end[row, column]) / 4096 }
    }
    let steps = moved * 127
    print("int8-weight-only, 2 steps of movement due: \(steps) of them")
    // A draw moves one step with probability 0.01: of 200 · 4096 draws the mean movement of an element
    // is 2 ± √(200 · 0.0099 / 4096) = 0.022; 5 of these.
    #expect(roundsStochastically ? abs(steps - 2) <= 5 * 0.022 : abs(steps) < 1e-6)
  }
}

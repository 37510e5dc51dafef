import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct Int8MixedPrecisionTests {
  let layer = Layer()

  /// Every product quantizes both operands with a scale for each vector that it contracts.
  @Test func productsAreThoseOfTheCodes() throws {
    let run = try layer.run(.int8MixedPrecision)
    let y = Table.forward(
      Coded.symmetric(layer.x, .row).table, Coded.symmetric(layer.w, .row).table)
    let dx = Table.inputGradient(
      Coded.symmetric(layer.g, .row).table, Coded.symmetric(layer.w, .column).table)
    let dw = Table.weightGradient(
      Coded.symmetric(layer.g, .column).table, Coded.symmetric(layer.x, .column).table)
    let found = [
      excess(run.output, over: y, roundings: roundings(slices: 1)),
      excess(run.dx, over: dx, roundings: roundings(slices: 1)),
      excess(run.dw, over: dw, roundings: roundings(slices: 1)),
    ]
    print("int8-mixed-precision: \(found) of the roundings' bounds")
    #expect(found.allSatisfy { $0 <= 1 })
    // A code a value, and a scale for each column.
    #expect(run.savedBytes == 40 * 70 + 4 * 70)
  }

  /// A weight that nobody trains needs no codes of its inputs by columns: what is given is kept.
  @Test func frozenWeightsSaveNoCodes() throws {
    let tape = Tape(seed: 1, step: 0, on: .threads(1))
    let input = tape.input(.float32(layer.x))
    let y = try tape.linear(input, Variable(layer.w), recipe: .int8MixedPrecision)
    #expect(tape.savedBytes == 4 * 40 * 70)
    let run = try layer.run(.int8MixedPrecision)
    #expect(try tape.gradients(of: y, layer.g)[input] == run.dx)
  }

  /// Gradients of trained steps need the values, so inputs stay such, and are the codes of the forward product where
  /// the weight's gradient begins.
  @Test func trainedStepsKeepTheInputs() throws {
    let recipe = Recipe.int8MixedPrecision.with {
      $0.forward.right = .codes(CodePlan(.signed(bits: 4), .tensor, scale: .learned))
    }
    let run = try layer.run(recipe, steps: (1, 0x1p-5))
    #expect(run.savedBytes == 4 * 40 * 70)
    let rows = Coded.symmetric(layer.x, .row).table
    let x = Matrix<Float>(rows: 40, columns: 70) { Float(rows[$0, $1]) }
    let dw = Table.weightGradient(
      Coded.symmetric(layer.g, .column).table, Coded.symmetric(x, .column).table)
    #expect(excess(run.dw, over: dw, roundings: roundings(slices: 1)) <= 1)
  }

  /// Nothing is random: seeds and steps change nothing.
  @Test func isDeterministic() throws {
    let run = try layer.run(.int8MixedPrecision)
    let other = try layer.run(.int8MixedPrecision, seed: 9, step: 4)
    #expect(run.isIdentical(to: other))
  }

  /// 36 dB: 39.6 are what a scale for each vector gives at this length.
  @Test func signalIsFarAboveNoise() throws {
    let (run, exact) = (
      try Layer.large.run(.int8MixedPrecision), try Layer.large.run(.float32)
    )
    for (part, reference) in [
      (run.output, exact.output), (run.dx, exact.dx), (run.dw, exact.dw),
    ] {
      // 10^(−36 / 20)
      #expect(Numbers.relativeError(part, reference) <= 0.01585)
    }
  }
}

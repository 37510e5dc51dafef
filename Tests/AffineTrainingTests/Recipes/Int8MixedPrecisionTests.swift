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
    #expect(run.savedBytes == 4 * 40 * 70)
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

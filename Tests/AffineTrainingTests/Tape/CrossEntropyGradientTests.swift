import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct CrossEntropyGradientTests {
  /// Logits less the largest, at most 8 apart, so that their rounding is at most 8 of what it is
  /// beside 1; 3 roundings of the exponential, a sum, and five more.
  @Test(
    arguments: [1, 2, 3] as [UInt64],
    [[4, 0, 2], [-1, 3, -1], [1, 1, 1], [0, -1, 4]])
  func ignoresRowsWithoutTarget(seed: UInt64, targets: [Int]) throws {
    let check = LayerCheck(
      inputs: [Numbers.normal(3, 5, seed: seed)], roundings: 8 + 3 + 6 + 5,
      definition: { logits in
        DoubleMatrix(1, 1) { _, _ in DoubleLayers.crossEntropy(logits[0], targets) }
      },
      layer: { try $0.crossEntropy($1[0], targets: targets).variable })
    try check(seed: seed)
  }

  @Test func noTargetsMeanNoLoss() throws {
    let tape = Tape()
    let logits = tape.input(.float32(Numbers.normal(2, 3, seed: 1)))
    let loss = try tape.crossEntropy(logits, targets: [-1, -1])
    #expect(loss.mean == 0)
    let gradients = try tape.gradients(of: loss.variable, Numbers.uniform(1, 1, seed: 1))
    #expect(gradients[logits]?.values.array == [0, 0, 0, 0, 0, 0])
  }
}

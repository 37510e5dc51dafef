import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Blocks that the backward pass computes again: the same bits in less memory.
@Suite struct RecomputationTests {
  private func run(
    _ recipe: Recipe, rank: Int? = nil, layers: Int = 2, recomputes: Bool
  ) throws -> Trainer {
    var run = try SmallRun(recipe) { shape, settings in
      (shape.dropout, shape.layers, settings.accumulation) = (0.2, layers, 2)
    }
    run.rank = rank
    var trainer = try run.trainer()
    trainer.recomputesBlocks = recomputes
    _ = try trainer.run(steps: 3)
    return trainer
  }

  /// Dropout and stochastic rounding included, for every recipe.
  @Test(
    arguments: Recipe.named.map { ($0, nil) }
      + Recipe.named.filter { !$0.learnsSteps }.map { ($0, 2) } as [(Recipe, Int?)])
  func noBitChanges(recipe: Recipe, rank: Int?) throws {
    let saved = try run(recipe, rank: rank, recomputes: false)
    let again = try run(recipe, rank: rank, recomputes: true)
    let record = TrainingRecord(recipe: recipe.name, seed: 3)
    let (expected, found) = (try saved.checkpoint(record), try again.checkpoint(record))
    #expect(!expected.bits.isEmpty && expected.bits == found.bits)
    #expect(again.peak.activations < saved.peak.activations)
  }

  /// A further block costs its input, 4 bytes a value of its 2 · 16 rows of 64 columns.
  @Test func aBlockCostsItsInput() throws {
    let peaks = try [3, 4].map {
      try run(.float32, layers: $0, recomputes: true).peak.activations
    }
    #expect(peaks[1] - peaks[0] == 4 * 2 * 16 * 64)
  }
}

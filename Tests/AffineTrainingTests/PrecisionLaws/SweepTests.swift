import AffineQuant
import AffineTraining
import Testing

/// Grids of small models.
@Suite struct SweepTests {
  private static func settings() -> SweepSettings {
    var settings = SweepSettings()
    (settings.batch, settings.context, settings.validationWindows) = (2, 8, 4)
    settings.postBits = [3, 5]
    return settings
  }

  private static func run(_ change: (inout SweepRun) -> Void = { _ in }) -> SweepRun {
    var run = SweepRun(width: 16, layers: 1, heads: 1, steps: 6, seed: 3)
    change(&run)
    return run
  }

  @Test func theUsualGridHasEveryPartAlone() {
    let runs = SweepGrid().runs
    #expect(runs.count == 50 + 240)
    #expect(Set(runs.map(\.name)).count == runs.count)
    #expect(
      runs.count { $0.weightBits == nil && $0.activationBits == nil && $0.cacheBits == nil } == 50)
  }

  @Test(arguments: [1, 2, 3, 16]) func partsHaveEveryRunOnce(count: Int) {
    let grid = SweepGrid()
    let parts = (0..<count).map { grid.part($0, of: count) }
    #expect(parts.flatMap { $0 }.map(\.name).sorted() == grid.runs.map(\.name).sorted())
  }

  @Test func aRunGivesARowAndARowForEachRounding() throws {
    let corpus = try SmallRun.text.get()
    let result = try Self.run().train(Self.settings(), on: corpus, .threads(1))
    let rows = result.rows(.row)
    #expect(rows.map(\.postBits) == [nil, 3, 5])
    #expect(result.rows(.group32).map(\.postBits) == [nil, 3, 5])
    #expect(rows.allSatisfy { $0.tokens == 96 && $0.run == Self.run().name })
    // Four products of 16 × 16, three of 16 × 48, three norms.
    let parameters: Double = 4 * 256 + 3 * 768 + 3 * 16
    #expect(rows.allSatisfy { $0.parameters == parameters })
    #expect(try LawRow.read(csv: LawRow.csv(rows)) == rows)
    let again = try Self.run().train(Self.settings(), on: corpus, .threads(2))
    #expect(again.rows(.row) == rows)
  }

  /// What is trained in few bits already is not rounded to as many.
  @Test func roundingToTheBitsOfTrainingIsNoRow() throws {
    let corpus = try SmallRun.text.get()
    let result = try Self.run { $0.weightBits = 5 }.train(Self.settings(), on: corpus, .threads(1))
    #expect(result.rows(.row).map(\.postBits) == [nil, 3])
    #expect(result.rows(.row).allSatisfy { $0.precision == LawPrecision(weightBits: 5) })
  }

  @Test func bitsChangeTheLoss() throws {
    let corpus = try SmallRun.text.get()
    let runs = [
      Self.run(), Self.run { $0.weightBits = 3 }, Self.run { $0.activationBits = 3 },
      Self.run { $0.cacheBits = 3 },
    ]
    let losses = try runs.map {
      try #require(try $0.train(Self.settings(), on: corpus, .threads(1)).loss)
    }
    #expect(Set(losses).count == 4)
  }

  @Test(arguments: [1, 9, 0, -3, .max]) func bitsThatNoCodeHasAreRefused(bits: Int) {
    #expect(throws: RecipeError.self) { try Recipe.forwardBits(weights: bits) }
    #expect(throws: RecipeError.self) { try Recipe.forwardBits(activations: bits) }
    #expect(throws: RecipeError.self) { try Recipe.forwardBits(cache: bits) }
  }
}

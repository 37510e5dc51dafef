import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// A seed fixes a run, and nothing else has a part in it.
@Suite struct DeterminismTests {
  static let recipes: [Recipe] = [.float32, .int8WeightOnly, .jetfire, .int4, .switchBackM]

  private func run(_ recipe: Recipe, seed: UInt64 = 3, dataSeed: UInt64 = 4) throws -> SmallRun {
    try SmallRun(recipe) { shape, settings in
      (shape.dropout, settings.optimizer.moments) = (0.2, .dynamic8())
      (settings.seed, settings.dataSeed) = (seed, dataSeed)
    }
  }

  @Test(arguments: recipes) func neitherThreadsNorInstructionsMatter(recipe: Recipe) throws {
    let run = try run(recipe)
    let expected = try run.end(steps: 3, on: Execution(threads: 1, instructionSet: .portable))
    let executions =
      SmallRun.instructionSets.map { Execution(threads: 1, instructionSet: $0) }
      + [2, 3, 7, 16].map { .threads($0) }
    for execution in executions {
      let differences = try run.end(steps: 3, on: execution).differences(from: expected)
      #expect(differences == [], "\(recipe.name) on \(execution)")
    }
  }

  @Test(arguments: recipes) func anotherSeedGivesAnotherRun(recipe: Recipe) throws {
    let first = try run(recipe).end(steps: 2)
    let others = [
      try run(recipe, seed: 5).end(steps: 2), try run(recipe, dataSeed: 5).end(steps: 2),
    ]
    let weights = first.tensors.keys.filter { $0.hasPrefix("model.") && $0.hasSuffix(".weight") }
    #expect(!weights.isEmpty)
    for other in others {
      #expect(first.metadata["curve"] != other.metadata["curve"])
      #expect(first.metadata["validation"] != other.metadata["validation"])
      let (mine, theirs) = (first.bits, other.bits)
      #expect(weights.allSatisfy { mine[$0] != theirs[$0] })
    }
  }

  /// Two seeds of one data seed start differently and see the same text.
  @Test func dropoutAndRoundingFollowTheSeedAlone() throws {
    let run = try run(.int8WeightOnly)
    let start = try run.model()
    var changed = run
    changed.settings.seed = 8
    let (one, other) = (try run.trainer(start), try changed.trainer(start))
    var (first, second) = (one, other)
    // Dropout is the only difference that a first loss can have.
    #expect(try first.advance().loss != second.advance().loss)
    #expect(try one.validationLoss() == other.validationLoss())
  }
}

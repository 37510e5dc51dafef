import AffineQuant
import AffineTraining
import Foundation
import Testing

/// The first losses of every recipe are those that they were, bit for bit: what moves one must say so.
///
/// `losses.json` has three steps and a validation, as the command prints them:
///
///     affine train --text Tests/Corpus/persuasion.txt --unit characters --width 64 --layers 1 --heads 2 \
///       --feed-forward 128 --context 16 --batch 2 --steps 3 --seed 3 --data-seed 4 --learning-rate 3e-3 \
///       --warm-up 2 --validation-windows 4 --format json --recipe float32
@Suite struct RecipeLossTests {
  static let golden = Result {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Golden/losses.json")
    return try JSONDecoder().decode([String: [Double]].self, from: Data(contentsOf: path))
  }

  @Test(arguments: Recipe.named) func lossesAreWhatTheyWere(recipe: Recipe) throws {
    let run = try SmallRun(recipe) { _, settings in
      settings.schedule = LearningRateSchedule(peak: 3e-3, warmUp: 2, steps: 3)
    }
    for execution in [
      Execution.threads(1), .threads(2), Execution(threads: 1, instructionSet: .portable),
    ] {
      var trainer = try run.trainer(on: execution)
      var losses = try (0..<3).map { _ in try trainer.advance(on: execution).loss }
      losses.append(try trainer.validationLoss(on: execution))
      #expect(try losses == Self.golden.get()[recipe.name], "\(recipe.name) on \(execution)")
    }
  }
}

import AffineQuant
import AffineTraining
import Foundation
import Testing

/// Recipes as checkpoints keep them.
@Suite struct RecipeCodableTests {
  private static func encoded(_ recipe: Recipe) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try encoder.encode(recipe)
  }

  @Test(arguments: Recipe.named) func everyRecipeReadsBack(recipe: Recipe) throws {
    let data = try Self.encoded(recipe)
    #expect(try JSONDecoder().decode(Recipe.self, from: data) == recipe)
    #expect(try Self.encoded(recipe) == data)
  }

  /// The coding is written by hand: a field that it forgets would let a run go on under another recipe.
  @Test func everyFieldIsKept() throws {
    let recipe = Recipe.named[0].with {
      $0.outlierThreshold = 6
      $0.flow = CodePlan()
      $0.cache = CodePlan()
      $0.precision = .bfloat16
    }
    let object = try JSONSerialization.jsonObject(with: Self.encoded(recipe)) as? [String: Any]
    let fields = Mirror(reflecting: recipe).children.compactMap(\.label)
    #expect(Set(try #require(object).keys) == Set(fields))
  }

  /// What an older file does not say is as it was before there was a choice.
  @Test func whatIsMissingIsAsAtFirst() throws {
    let data = Data(#"{"name": "old"}"#.utf8)
    #expect(try JSONDecoder().decode(Recipe.self, from: data) == Recipe(name: "old"))
  }
}

import AffineLayers
import AffineQuant
import AffineTraining
import Testing

@Suite struct RecipeGradientTests {
  static let shapes = [
    ModelCheck.shape(.layer, .gelu, .learned, isTied: false),
    ModelCheck.shape(.rms, .swiglu, .rotary, isTied: true),
    ModelCheck.shape(.range, .silu, .learned, isTied: false),
  ]

  /// Rounding counts as the identity: without clipping every parameter of every recipe has a gradient,
  /// trained steps too.
  @Test(arguments: Recipe.named, shapes)
  func nothingCutsAGradient(named: Recipe, shape: TransformerShape) throws {
    var recipe = named
    recipe.weight = .float32
    recipe.masksClippedGradients = false
    try expectGradients(try ModelCheck(shape, recipe, seed: 1), recipe)
  }

  /// The same beside frozen weights of the recipe's own format, with adapters.
  @Test(arguments: Recipe.named) func nothingCutsAGradientOfAdapters(recipe: Recipe) throws {
    var check = try ModelCheck(Self.shapes[1], recipe, seed: 2)
    try check.model.addAdapters(rank: 2, alpha: 2, seed: 3)
    check.scatter(seed: 4)
    try expectGradients(check, recipe)
  }

  /// Steps of a recipe that does not read them have none.
  @Test func stepsThatNobodyReadsHaveNoGradient() throws {
    let check = try ModelCheck(Self.shapes[0], .int4, seed: 1)
    let gradients = try check.gradients(.float32)
    let steps = zip(check.model.parameters, gradients).filter { $0.0.name.hasSuffix("Step") }
    #expect(steps.count == 24 && steps.allSatisfy { $0.1 == nil })
  }

  private func expectGradients(_ check: ModelCheck, _ recipe: Recipe) throws {
    for (parameter, gradient) in zip(check.model.parameters, try check.gradients(recipe)) {
      guard !parameter.isFrozen else {
        #expect(gradient == nil, "\(parameter.name)")
        continue
      }
      let values = try #require(gradient, "\(parameter.name)").values.array
      #expect(values.contains { $0 != 0 }, "\(parameter.name)")
      #expect(values.allSatisfy { $0.isFinite }, "\(parameter.name)")
    }
  }
}

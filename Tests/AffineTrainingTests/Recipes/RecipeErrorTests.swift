import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Relative errors ‖Ŷ − Y‖ / ‖Y‖ of all three products on normal operands, each sum 512 long.
@Suite struct RecipeErrorTests {
  struct Bounds: Sendable, CustomStringConvertible {
    let recipe: Recipe
    /// `nil`: clipped values get no gradient, so this is not an error of rounding.
    let output, dx, dw: Double?
    var description: String { recipe.name }
  }

  /// To the nearest an operand errs by .0074 with a scale a row, .0078 with blocks of 32, .0101 with one
  /// scale; at random by √2 of it. Errors of operands add as squares; a tenth more is allowed, or what
  /// the articles' measurements say. Exact products have 0.
  static let all: [Bounds] = [
    Bounds(recipe: .float32, output: 0, dx: 0, dw: 0),
    // Two operands of 2⁻⁹ at most.
    Bounds(recipe: .bfloat16, output: 0x1p-8, dx: 0x1p-8, dw: 0x1p-8),
    Bounds(recipe: .int8WeightOnly, output: 0, dx: 0, dw: 0),
    Bounds(recipe: .int8MixedPrecision, output: 0.0115, dx: 0.0115, dw: 0.0115),
    Bounds(recipe: .switchBack, output: 0.0135, dx: 0.0135, dw: 0),
    Bounds(recipe: .switchBackM, output: 0.0135, dx: 0.0135, dw: 0.0085),
    Bounds(recipe: .switchBackQ, output: 0.0115, dx: 0.0115, dw: 0),
    // One operand at random: √(2 · .0074² + .0074²).
    Bounds(recipe: .aqt, output: 0.012, dx: 0.0141, dw: 0),
    // The other operand is quantized twice: √(2 · .0074² + 2 · .0074²).
    Bounds(recipe: .aqtFull, output: 0.012, dx: 0.0163, dw: 0.0163),
    // √(2 · .0078² + .0078²)
    Bounds(recipe: .jetfire, output: 0.0125, dx: 0.0148, dw: 0.0148),
    // √(2 · .0101² + .0101²); the weight's has one quantized operand.
    Bounds(recipe: .banner, output: 0.02, dx: 0.0193, dw: 0.0143),
    Bounds(recipe: .llmInt8, output: 0.0115, dx: 0.0085, dw: 0.0115),
    // A normal value in −1, 0, 1 times its mean magnitude errs by .513: the integral of its density.
    Bounds(recipe: .bitNet, output: 0.565, dx: 0.565, dw: 0.0085),
    Bounds(recipe: .bitNetNormalized, output: 0.565, dx: 0.565, dw: 0.0085),
    // 32 normal values share a scale of max|x| / 7.5: .0944 of error, by drawing them.
    Bounds(recipe: .qat8da4w, output: 0.104, dx: 0.104, dw: nil),
    Bounds(recipe: .qatInt4, output: 0.104, dx: 0.104, dw: nil),
    // A step of 2 · mean|x| / √7 errs by .174: the integral again; both operands have it forward, and
    // one backward, beside .0217 of the gradient's halves.
    Bounds(
      recipe: .int4.with { $0.sampledProducts = [] }, output: 0.271, dx: 0.193, dw: 0.193),
  ]

  /// Every sum is 512 long, and an operand has 65,536 values: as many as one scale may serve. They are cut
  /// at what the largest of so many is in the mean, since one value would decide that scale's error.
  private static let layers = (
    output: cut(Layer(128, 128, 512, seed: 11)), dx: cut(Layer(128, 512, 128, seed: 14)),
    dw: cut(Layer(512, 128, 128, seed: 17))
  )

  private static func cut(_ layer: Layer) -> Layer {
    func cut(_ matrix: Matrix<Float>, _ deviation: Float) -> Matrix<Float> {
      matrix.map { min(max($2, -4.4 * deviation), 4.4 * deviation) }
    }
    return layer.replacing(input: cut(layer.x, 1)).replacing(weight: cut(layer.w, 1 / 8))
      .replacing(gradient: cut(layer.g, 1 / 64))
  }

  private func errors(_ recipe: Recipe) throws -> [Double] {
    let (output, dx, dw) = Self.layers
    return [
      Numbers.relativeError(try output.run(recipe).output, try output.run(.float32).output),
      Numbers.relativeError(try dx.run(recipe).dx, try dx.run(.float32).dx),
      Numbers.relativeError(try dw.run(recipe).dw, try dw.run(.float32).dw),
    ]
  }

  @Test(arguments: all) func errorsAreThoseOfTheCodes(bounds: Bounds) throws {
    let errors = try errors(bounds.recipe)
    print("\(bounds.recipe.name): relative errors \(errors)")
    for (error, bound) in zip(errors, [bounds.output, bounds.dx, bounds.dw]) {
      guard let bound else { continue }
      #expect(bound == 0 ? error == 0 : error <= bound)
      // A bound far away would prove nothing.
      #expect(bound == 0 || error >= bound / 2.5)
    }
  }

  @Test func everyNamedRecipeIsHere() {
    #expect(Self.all.map(\.recipe.name) == Recipe.named.map(\.name))
  }
}

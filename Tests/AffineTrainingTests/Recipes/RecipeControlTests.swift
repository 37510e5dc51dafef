import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// What the tests of recipes must not let through: neighbouring schemes, and noise that is not noise.
@Suite struct RecipeControlTests {
  private static let layer = Layer()

  struct Control: Sendable, CustomStringConvertible {
    let recipe: Recipe
    let description: String
    /// Inputs and weight of another scheme.
    let x, w: @Sendable (Layer) -> Table
  }

  private static func rows(_ divisor: Float = 127) -> @Sendable (Layer) -> Table {
    { Coded.symmetric($0.x, .row, divisor: divisor).table }
  }

  static let controls: [Control] = [
    Control(
      recipe: .switchBack, description: "switchback with a scale for each row of the weight",
      x: rows()
    ) {
      Coded.symmetric($0.w, .row).table
    },
    Control(
      recipe: .int8MixedPrecision, description: "int8-mixed-precision with the scale of aqt",
      x: rows(127.5)
    ) {
      Coded.symmetric($0.w, .row).table
    },
    Control(recipe: .aqt, description: "aqt with a scale to the last code", x: rows()) {
      AqtTests.halfStep($0.w, .row)
    },
    Control(
      recipe: .jetfire, description: "jetfire in blocks of 16",
      x: { Coded.symmetric($0.x, .block(16)).table }
    ) {
      JetfireTests.blocks($0.w)
    },
    Control(
      recipe: .banner, description: "banner with the whole range",
      x: { Coded.asymmetric($0.x, .all, 0...255).table }
    ) {
      Coded.asymmetric($0.w, .all, 0...255).table
    },
    Control(recipe: .bitNet, description: "bitnet with the largest magnitude", x: rows()) {
      Coded.symmetric($0.w, .all, divisor: 1, -1...1).table
    },
    Control(
      recipe: .qat8da4w, description: "qat-8da4w without the code −8",
      x: { Coded.asymmetric($0.x, .row, -128...127).table }
    ) {
      Coded.symmetric($0.w, .rowSlice(32), divisor: 7, -7...7).table
    },
    Control(
      recipe: .llmInt8, description: "llm-int8 with one scale for all inputs",
      x: { Coded.symmetric($0.x, .all).table }
    ) {
      Coded.symmetric($0.w, .row).table
    },
  ]

  @Test(arguments: controls) func neighboursAreToldApart(control: Control) throws {
    let run = try Self.layer.run(control.recipe)
    let other = Table.forward(control.x(Self.layer), control.w(Self.layer))
    #expect(excess(run.output, over: other, roundings: roundings(depth: 70)) > 1)
  }

  /// One and the same random numbers at every step are a bias.
  @Test(arguments: [Recipe.aqt, .jetfire, .banner]) func noiseThatRepeatsIsBias(recipe: Recipe)
    throws
  {
    let layer = Self.layer
    let mean = try meanGradients(layer, recipe).dx
    let one = Numbers.relativeError(Numbers.doubles(try layer.run(recipe).dx), mean)
    let again = Numbers.relativeError(Numbers.doubles(try layer.run(recipe).dx), mean)
    let other = Numbers.relativeError(Numbers.doubles(try layer.run(recipe, step: 777).dx), mean)
    #expect(one == again && one != other)
    // The mean of 200 such draws would be the draw: far beyond what the means of 200 are held to.
    #expect(one > 2 * 0.003)
  }
}

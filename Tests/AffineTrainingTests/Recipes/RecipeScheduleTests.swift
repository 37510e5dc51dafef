import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct RecipeScheduleTests {
  /// Few bits first, all of them at the end of a cycle, and gradients with 8 throughout.
  @Test func cyclesChangeTheBitsOfTheForwardPass() throws {
    let schedule = RecipeSchedule.cyclic(try CyclicPrecision(steps: 64, cycles: 1))
    let recipes = (0..<64).map { schedule.recipe(at: $0) }
    #expect(recipes[0].name == "int3" && recipes[63].name == "int8")
    let bits = recipes.map(forwardBits)
    #expect(zip(bits, bits.dropFirst()).allSatisfy(<=))
    #expect(schedule.recipe(at: 64) == recipes[0])
    for recipe in recipes {
      try recipe.validate()
      #expect(recipe.inputGradient.left == .codes(CodePlan(rounding: .stochastic)))
      #expect(recipe.weightGradient.left == .codes(CodePlan(rounding: .stochastic)))
    }
    #expect(forwardBits(schedule.recipe(validatingAt: 0)) == 8)
    let mean = Double(bits.reduce(0, +)) / 64
    #expect(abs(mean - 5.469) < 0.001)
  }

  private func forwardBits(_ recipe: Recipe) -> Int {
    guard case .codes(let plan) = recipe.forward.left else { return 16 }
    return plan.storage.bits
  }

  /// Scales are chosen anew for the codes of each width: 3 bits have ±3, 8 have ±127.
  @Test(arguments: 2...8) func bitsAreThoseOfTheCodes(bits: Int) throws {
    let layer = Layer()
    let run = try layer.run(.bits(bits))
    let largest = Float(1 << (bits - 1) - 1)
    func coded(_ x: Matrix<Float>) -> Table {
      Coded.symmetric(x, .row, divisor: largest, -largest...largest).table
    }
    let y = Table.forward(coded(layer.x), coded(layer.w))
    #expect(excess(run.output, over: y, roundings: roundings(slices: 1)) <= 1)
  }

  /// 4 bits, then 8 once a gradient drowns in their rounding, then bfloat16.
  @Test func noiseRaisesTheBits() throws {
    var settings = NoiseSwitch.Settings()
    (settings.interval, settings.checks, settings.distance) = (1, 1, 0)
    // Without an average, the signal is the gradient itself.
    settings.averaging = 0
    var detector = try NoiseSwitch(role: "weight", ladder: [4, 8, 16], settings: settings)
    let g = Numbers.normal(8, 64, seed: 1)
    func names() -> String { RecipeSchedule.noiseTriggered(detector).recipe(at: 0).name }
    #expect(names() == "int4")
    for expected in ["int8", "bfloat16", "bfloat16"] {
      // The noise is as large as the signal.
      detector.observe(g, at: 0) { _ in g.map { 2 * $2 } }
      #expect(names() == expected)
    }
  }

  /// One bit has no code beside zero.
  @Test func noScheduleGoesBelowTwoBits() throws {
    let detector = try NoiseSwitch(role: "weight", ladder: [1, 8])
    #expect(RecipeSchedule.noiseTriggered(detector).recipe(at: 0).name == "int2")
    let cycles = try CyclicPrecision(bits: 1...8, steps: 64)
    #expect(RecipeSchedule.cyclic(cycles).recipe(at: 0).name == "int2")
  }

  @Test func productsCanBeKeptFloat() throws {
    let layer = Layer()
    let exact = try layer.run(.float32)
    let run = try layer.run(Recipe.bits(8).keepingFloat([.weightGradient]))
    #expect(run.dw == exact.dw && run.output != exact.output && run.dx != exact.dx)
    let other = try layer.run(Recipe.bits(8).keepingFloat([.linear, .inputGradient]))
    #expect(other.dw != exact.dw && other.output == exact.output && other.dx == exact.dx)
    let all = Recipe.bits(8).keepingFloat(Set(LinearProduct.allCases))
    #expect(try layer.run(all).isIdentical(to: exact))
  }
}

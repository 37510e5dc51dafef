import AffineTraining
import Foundation
import Testing

/// The published constants against tables that were calculated from them elsewhere, to all the digits
/// that these have.
@Suite struct PublishedLawTests {
  private static let law = PrecisionLaw.published

  @Test(
    arguments: [
      (4, 0.1910), (5, 0.4271), (6, 0.6113), (7, 0.7404), (8, 0.8278), (12, 0.9671), (16, 0.9937),
    ] as [(Double, Double)]) func factorsOfAllParts(bits: Double, expected: Double) throws
  {
    #expect(abs(try Self.law.factor(LawPrecision(bits)) - expected) <= 0.5e-4)
  }

  @Test func trainingInSevenBitsBuysMost() throws {
    #expect(abs(try #require(Self.law.optimalBits) - 7) <= 0.01)
    // "More than 4 times" the parameters for the same loss in 4 bits.
    #expect(
      abs(try Self.law.factor(LawPrecision(16)) / Self.law.factor(LawPrecision(4)) - 5.2) < 0.05)
  }

  /// Without offsets the same γ have their optimum 3.5 bits lower: who drops them misses the paper's.
  @Test func offsetsCarryTheOptimum() throws {
    var law = Self.law
    law.weights?.offset = 0
    law.activations?.offset = 0
    law.cache?.offset = 0
    #expect(abs(try #require(law.optimalBits) - 3.47) <= 0.01)
  }

  @Test(arguments: [
    (30e6, [0.5858, 0.1078, 0.0198, 0.0036]), (220e6, [0.2952, 0.0543, 0.0100, 0.0018]),
    (1.7e9, [0.1461, 0.0269, 0.0049, 0.0009]),
  ]) func roundingAfterTraining(parameters: Double, expected: [Double]) throws {
    for (bits, added) in zip([3.0, 4, 5, 6], expected) {
      let found = try Self.law.predict(parameters: parameters, tokens: 26e9, postBits: bits)
      #expect(abs(found.degradation - added) <= 0.5e-4)
      let before = try Self.law.predict(parameters: parameters, tokens: 26e9).loss
      #expect(abs(found.loss - before - found.degradation) <= 1e-12)
    }
  }

  @Test(arguments: [(3, 177), (4, 959), (5, 5185), (6, 28027)] as [(Double, Double)])
  func criticalTokens(bits: Double, expected: Double) throws {
    let prediction = try Self.law.predict(parameters: 30e6, tokens: 1e9, postBits: bits)
    let critical = try #require(prediction.criticalTokens)
    #expect(abs(critical / 30e6 - expected) <= 0.5)
    // There the loss stops falling: to both sides it is higher.
    let losses = try [0.99, 1, 1.01].map {
      try Self.law.predict(parameters: 30e6, tokens: critical * $0, postBits: bits).loss
    }
    #expect(losses[1] < losses[0] && losses[1] < losses[2])
  }

  @Test(
    arguments: [
      (4, 4.403e9, 1.514e10, 3.0834), (7, 1.690e9, 2.254e10, 3.0263),
      (8, 1.495e9, 2.229e10, 3.0278),
      (16, 9.651e8, 1.727e10, 3.0633),
    ] as [(Double, Double, Double, Double)])
  func plans(bits: Double, parameters: Double, tokens: Double, loss: Double) throws {
    var budget = LawBudget(1e20)
    budget.bits = [bits]
    let choice = try #require(try Self.law.plan(budget).choices.first)
    #expect(abs(choice.parameters / parameters - 1) <= 5e-4)
    #expect(abs(choice.tokens / tokens - 1) <= 5e-4)
    #expect(abs(choice.prediction.loss - loss) <= 0.5e-4)
    let spent = 6.0 / 16 * choice.parameters * choice.tokens * bits
    #expect(abs(spent / 1e20 - 1) <= 1e-9)
    // The paper's printed exponent of D spends another amount.
    let part = try Self.law.factor(LawPrecision(bits)) / Self.law.factor(LawPrecision(16))
    let data = 1.727e10 * (part * bits / 16).squareRoot()
    #expect(bits == 16 || abs(choice.parameters * data * bits * 6 / 16 / 1e20 - 1) > 0.2)
  }

  @Test(arguments: [1e18, 1e20, 1e24]) func theBestBitsDoNotDependOnTheBudget(_ compute: Double)
    throws
  {
    let best = try Self.law.plan(LawBudget(compute)).best
    #expect(abs(try #require(best.precision.weightBits) - 7) <= 0.01)
  }

  /// With the size settled, longer training wants more bits.
  @Test func moreTokensWantMoreBits() throws {
    var bits: [Double] = []
    for compute in [1e18, 1e19, 1e20] {
      var budget = LawBudget(compute)
      budget.parameters = 30e6
      bits.append(try #require(try Self.law.plan(budget).best.precision.weightBits))
    }
    #expect(bits[0] < bits[1] && bits[1] < bits[2])
  }

  @Test func signs() throws {
    func loss(
      _ parameters: Double, _ tokens: Double, _ precision: LawPrecision, _ post: Double? = nil
    ) throws -> LawPrediction {
      try Self.law.predict(
        parameters: parameters, tokens: tokens, precision: precision, postBits: post)
    }
    let middle = try loss(1e8, 1e10, .float, 4).degradation
    #expect(try loss(1e8, 2e10, .float, 4).degradation > middle)
    #expect(try loss(2e8, 1e10, .float, 4).degradation < middle)
    #expect(try loss(1e8, 1e10, .float, 5).degradation < middle)
    #expect(try loss(1e8, 1e10, LawPrecision(6)).loss < loss(1e8, 1e10, LawPrecision(5)).loss)
    #expect(try loss(1e8, 1e10, LawPrecision(weightBits: 4), 4).degradation == 0)
    #expect(try loss(1e8, 1e10, LawPrecision(weightBits: 4), 5).degradation == 0)
  }

  /// C of the unified form makes what was trained in few bits robust; the bound is what it is without.
  @Test func trainingInFewBitsMakesRobust() throws {
    var law = Self.law
    func added(_ bits: Double) throws -> Double {
      try law.predict(
        parameters: 1e8, tokens: 1e10, precision: LawPrecision(weightBits: bits), postBits: 3
      ).degradation
    }
    let bound = try added(5)
    law.degradation?.weights = 0.4
    #expect(abs(try added(5) / bound - (1 - exp(-0.8))) <= 1e-12)
    #expect(try added(4) < added(5))
  }

  @Test func whatIsBeyondTheFitIsMarked() throws {
    let inside = try Self.law.predict(parameters: 1e8, tokens: 1e10, precision: LawPrecision(8))
    #expect(inside.warnings.isEmpty)
    let outside = try Self.law.predict(
      parameters: 1e9, tokens: 1e12, precision: LawPrecision(16), postBits: 2)
    #expect(outside.warnings.count == 7)
    let bound = try Self.law.predict(
      parameters: 1e8, tokens: 1e10, precision: LawPrecision(8), postBits: 4)
    #expect(bound.warnings.count == 1 && bound.warnings[0].contains("bound"))
  }

  /// Activations have their last factor at 3.11 bits.
  @Test func tooFewBitsAreAnError() throws {
    for (precision, least) in [
      (LawPrecision(weightBits: 0.8), 0.8123), (LawPrecision(activationBits: 3.1), 3.1102),
      (LawPrecision(cacheBits: 2.3), 2.3164),
    ] {
      let error = #expect(throws: LawError.self) { try Self.law.factor(precision) }
      guard case .factor(_, _, let found) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(abs(found - least) <= 1e-4)
    }
    var budget = LawBudget(1e20)
    budget.bits = [3, 8]
    let plan = try Self.law.plan(budget)
    #expect(plan.choices.count == 1 && plan.refused.count == 1)
  }

  @Test(arguments: [.nan, -1, 0, .infinity, 1e300] as [Double]) func whatIsNoSizeIsAnError(
    _ value: Double
  ) {
    #expect(throws: LawError.self) { try Self.law.predict(parameters: value, tokens: 1e9) }
    #expect(throws: LawError.self) { try Self.law.predict(parameters: 1e9, tokens: value) }
    #expect(throws: LawError.self) { try Self.law.plan(LawBudget(value)) }
    var budget = LawBudget(1e20)
    budget.bits = [value]
    #expect(throws: LawError.self) { try Self.law.plan(budget) }
    (budget.bits, budget.parameters) = ([8], value)
    #expect(throws: LawError.self) { try Self.law.plan(budget) }
    #expect(throws: LawError.self) {
      try Self.law.predict(parameters: 1e9, tokens: 1e9, postBits: value)
    }
    #expect(throws: LawError.self) { try Self.law.factor(LawPrecision(value)) }
  }

  /// Rounding after training asks for more parameters on fewer tokens; no neighbour is better.
  @Test(arguments: [3, 4, 5] as [Double]) func plansForRounding(bits: Double) throws {
    var budget = LawBudget(1e20)
    (budget.bits, budget.postBits) = ([16], bits)
    let choice = try #require(try Self.law.plan(budget).choices.first)
    let product = choice.parameters * choice.tokens
    for factor in [0.98, 1.02] {
      let other = try Self.law.predict(
        parameters: choice.parameters * factor, tokens: product / choice.parameters / factor,
        precision: LawPrecision(16), postBits: bits)
      #expect(other.loss > choice.prediction.loss)
    }
    #expect(choice.parameters > 9.651e8)
  }

  /// Twice as fast a recipe trains twice as much; which is better, the law says.
  @Test func measuredCosts() throws {
    let recipes = [
      LawCost.Recipe(name: "float32", precision: .float, seconds: 4e-11),
      LawCost.Recipe(
        name: "int8", precision: LawPrecision(weightBits: 8, activationBits: 8), seconds: 2e-11),
    ]
    let plan = try Self.law.plan(LawBudget(1e9, cost: .measured(recipes)))
    #expect(plan.choices.map(\.recipe) == ["float32", "int8"])
    for (choice, recipe) in zip(plan.choices, recipes) {
      #expect(abs(choice.parameters * choice.tokens * recipe.seconds / 1e9 - 1) <= 1e-9)
    }
    #expect(plan.best.recipe == "int8")
  }
}

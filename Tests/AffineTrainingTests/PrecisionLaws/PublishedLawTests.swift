import AffineTraining
import Foundation
import Testing

/// What `Tests/Golden/laws.py` calculates with the published constants.
private struct GoldenLaws: Decodable {
  static let golden = Result { try GoldenLaws() }

  let factors, rounding, criticalTokens, plans: [[Double]]
  let optimalBits, optimalBitsWithoutOffsets: Double
  let leastBits: [Double]

  private init() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Golden/laws.json")
    self = try JSONDecoder().decode(GoldenLaws.self, from: Data(contentsOf: path))
  }
}

/// The published constants against what a script calculates with them, which looks for every optimum.
@Suite struct PublishedLawTests {
  private static let law = PrecisionLaw.published

  /// Formulas are the same but for the order of operations.
  private static let rounding = 1e-12
  /// A search for an optimum of doubles finds it to about the root of their rounding, 1.5e-8.
  private static let search = 1e-6

  private func expect(
    _ found: Double, _ expected: Double, _ tolerance: Double = search,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      abs(found / expected - 1) <= tolerance, "\(found) and \(expected)",
      sourceLocation: sourceLocation)
  }

  @Test func factorsOfAllParts() throws {
    for row in try GoldenLaws.golden.get().factors {
      expect(try Self.law.factor(LawPrecision(row[0])), row[1], Self.rounding)
    }
  }

  @Test func trainingInSevenBitsBuysMost() throws {
    let found = try #require(Self.law.optimalBits)
    expect(found, try GoldenLaws.golden.get().optimalBits)
    // The paper's "7 to 8 bits", and "more than 4 times" the parameters for the same loss in 4 bits.
    #expect((7...8).contains(found))
    #expect(try Self.law.factor(LawPrecision(16)) / Self.law.factor(LawPrecision(4)) > 4)
  }

  /// Without offsets the same γ have their optimum 3.5 bits lower: who drops them misses the paper's.
  @Test func offsetsCarryTheOptimum() throws {
    var law = Self.law
    law.weights?.offset = 0
    law.activations?.offset = 0
    law.cache?.offset = 0
    let expected = try GoldenLaws.golden.get().optimalBitsWithoutOffsets
    expect(try #require(law.optimalBits), expected)
  }

  @Test func roundingAfterTraining() throws {
    for row in try GoldenLaws.golden.get().rounding {
      let found = try Self.law.predict(parameters: row[0], tokens: 26e9, postBits: row[1])
      expect(found.degradation, row[2], Self.rounding)
      let before = try Self.law.predict(parameters: row[0], tokens: 26e9).loss
      #expect(abs(found.loss - before - found.degradation) <= Self.rounding)
    }
  }

  @Test func criticalTokens() throws {
    for row in try GoldenLaws.golden.get().criticalTokens {
      let prediction = try Self.law.predict(parameters: 30e6, tokens: 1e9, postBits: row[0])
      let critical = try #require(prediction.criticalTokens)
      expect(critical / 30e6, row[1])
      // There the loss stops falling: to both sides it is higher.
      let losses = try [0.99, 1, 1.01].map {
        try Self.law.predict(parameters: 30e6, tokens: critical * $0, postBits: row[0]).loss
      }
      #expect(losses[1] < losses[0] && losses[1] < losses[2])
    }
  }

  @Test func plans() throws {
    let plans = try GoldenLaws.golden.get().plans
    let full = try #require(plans.last)
    for row in plans {
      let bits = row[0]
      var budget = LawBudget(1e20)
      budget.bits = [bits]
      let choice = try #require(try Self.law.plan(budget).choices.first)
      expect(choice.parameters, row[1])
      expect(choice.tokens, row[2])
      expect(choice.prediction.loss, row[3], Self.rounding)
      let spent = 6.0 / 16 * choice.parameters * choice.tokens * bits
      expect(spent, 1e20, 1e-9)
      // The paper's printed exponent of D spends another amount.
      let part = try Self.law.factor(LawPrecision(bits)) / Self.law.factor(LawPrecision(16))
      let data = full[2] * (part * bits / 16).squareRoot()
      #expect(bits == 16 || abs(choice.parameters * data * bits * 6 / 16 / 1e20 - 1) > 0.2)
    }
  }

  @Test(arguments: [1e18, 1e20, 1e24]) func theBestBitsDoNotDependOnTheBudget(_ compute: Double)
    throws
  {
    let best = try Self.law.plan(LawBudget(compute)).best
    expect(
      try #require(best.precision.weightBits), try GoldenLaws.golden.get().optimalBits,
      // A loss, most of which stays, is flatter than what it is made of.
      10 * Self.search)
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
    let precisions = [
      LawPrecision(weightBits: 0.8), LawPrecision(activationBits: 3.1),
      LawPrecision(cacheBits: 2.3),
    ]
    for (precision, least) in zip(precisions, try GoldenLaws.golden.get().leastBits) {
      let error = #expect(throws: LawError.self) { try Self.law.factor(precision) }
      guard case .factor(_, _, let found) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      expect(found, least, Self.rounding)
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
    let full = try #require(try GoldenLaws.golden.get().plans.last)
    #expect(choice.parameters > full[1])
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

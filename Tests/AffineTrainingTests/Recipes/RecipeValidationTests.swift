import AffineLayers
import AffineQuant
import AffineTraining
import Testing

@Suite struct RecipeValidationTests {
  @Test(arguments: Recipe.named) func namedRecipesAreLegal(recipe: Recipe) throws {
    try recipe.validate()
    #expect(try Recipe(named: recipe.name) == recipe)
    for bits in 2...8 { try Recipe.bits(bits).validate() }
  }

  @Test func namesAreUnique() {
    #expect(Set(Recipe.named.map(\.name)).count == Recipe.named.count)
    #expect(throws: RecipeError.unknown("int5", known: RecipeSchedule.names)) {
      try Recipe(named: "int5")
    }
  }

  private static let row = CodePlan()
  private static let tensor = CodePlan(.signed(bits: 8), .tensor)
  private static func learned(_ granularity: CodePlan.Granularity) -> OperandPlan {
    .codes(CodePlan(.signed(bits: 4), granularity, scale: .learned))
  }

  /// Plans that no product can compute as they say, by the part that is at fault.
  static let illegal: [(part: String, recipe: Recipe)] = [
    // A scale for each row varies along what the input's gradient contracts.
    ("switchback-m.inputGradient", .switchBackM.with { $0.forward.right = .codes(row) }),
    // The forward product has no such codes.
    (
      "switchback.weightGradient",
      .switchBack.with {
        $0.forward.left = .float
        $0.weightGradient.right = .forwardCodes
      }
    ),
    ("float32.inputGradient", .float32.with { $0.inputGradient.left = .forwardCodes }),
    ("float32.forward", .float32.with { $0.forward.left = .forwardCodes }),
    (
      "llm-int8.weightGradient",
      .llmInt8.with { $0.weightGradient = ProductPlan(.float, .forwardCodes) }
    ),
    // Only scales of rows are folded.
    ("aqt-full.inputGradient", .aqtFull.with { $0.forward.right = .codes(tensor) }),
    // Halves are of gradients, of both.
    ("int4.forward", .int4.with { $0.forward.left = .twoHalves }),
    ("int4.inputGradient", .int4.with { $0.inputGradient.right = .twoHalves }),
    ("int4.weightGradient", .int4.with { $0.weightGradient.left = .float }),
    ("int4.inputGradient", .int4.with { $0.inputGradient.right = .codes(tensor) }),
    // Codes without a sign have no symmetric scale.
    (
      "switchback.forward",
      .switchBack.with { $0.forward.left = .codes(CodePlan(.unsigned(bits: 8))) }
    ),
    // Means and trained steps are of tensors, and steps of 4 bits forward.
    ("switchback.inputGradient", .switchBack.with { $0.inputGradient.left = learned(.tensor) }),
    ("int4.forward", .int4.with { $0.forward.left = learned(.vector) }),
    (
      "bitnet.forward",
      .bitNet.with {
        $0.forward.right = .codes(CodePlan(.ternary, .vector, scale: .meanMagnitude))
      }
    ),
    (
      "banner.forward",
      .banner.with {
        $0.forward.left = .codes(CodePlan(.signed(bits: 8), .tensor, scale: .meanRange))
      }
    ),
    // A weight that is kept in codes that cannot be.
    (
      "int8-weight-only.weight",
      .int8WeightOnly.with {
        $0.weight = .codes(CodePlan(.unsigned(bits: 8)))
      }
    ),
    // Layers exchange blocks of signed bytes.
    ("jetfire.flow", .jetfire.with { $0.flow = row }),
    ("jetfire.flow", .jetfire.with { $0.flow = CodePlan(.signed(bits: 4), .tensor) }),
    (
      "jetfire.flow", .jetfire.with { $0.flow = CodePlan(.signed(bits: 8), .tensor, scale: .range) }
    ),
  ]

  @Test(arguments: illegal.indices) func illegalPlansAreRefused(index: Int) throws {
    let (part, recipe) = Self.illegal[index]
    let error = try #require(throws: RecipeError.self) { try recipe.validate() }
    guard case .impossible(let plan, let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(plan == part && !reason.isEmpty)
  }
}

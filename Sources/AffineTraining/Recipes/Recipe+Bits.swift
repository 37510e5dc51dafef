internal import AffineLayers
internal import AffineQuant

extension Recipe {
  /// All three products with codes of so many bits and a scale for each vector, gradients rounded at
  /// random; from 16 bits on in bfloat16.
  ///
  /// Codes have 8 bits at most: from 9 to 15 count as 8.
  ///
  /// - Parameters:
  ///   - bits: Of weights and activations.
  ///   - gradientBits: Of gradients; `nil`: as many.
  /// - Returns: A recipe named after `bits`.
  /// - Precondition: 2 bits or more.
  public static func bits(_ bits: Int, gradientBits: Int? = nil) -> Recipe {
    guard bits < 16 else { return .bfloat16Operands }
    precondition(bits >= 2, "\(bits) bits have no symmetric codes")
    var recipe = Recipe(name: "int\(min(bits, 8))")
    let codes = OperandPlan.codes(CodePlan(.signed(bits: min(bits, 8))))
    let gradients = OperandPlan.codes(
      CodePlan(.signed(bits: min(gradientBits ?? bits, 8))).stochastic)
    recipe.forward = ProductPlan(codes, codes)
    recipe.inputGradient = ProductPlan(gradients, codes)
    recipe.weightGradient = ProductPlan(gradients, codes)
    return recipe
  }

  /// Operands in bfloat16, weights in float32.
  private static let bfloat16Operands: Recipe = {
    var recipe = Recipe.bfloat16
    recipe.weight = .float32
    return recipe
  }()

  /// The same with some products in float.
  public func keepingFloat(_ products: Set<LinearProduct>) -> Recipe {
    var recipe = self
    if products.contains(.linear) { recipe.forward = ProductPlan() }
    if products.contains(.inputGradient) { recipe.inputGradient = ProductPlan() }
    if products.contains(.weightGradient) { recipe.weightGradient = ProductPlan() }
    return recipe
  }
}

/// The products of a linear layer, by their names on the command line.
public enum LinearProduct: String, Sendable, Hashable, Codable, CaseIterable {
  /// `Y = X · Wᵀ`
  case linear
  /// `dX = G · W`
  case inputGradient = "input-gradient"
  /// `dW = Gᵀ · X`
  case weightGradient = "weight-gradient"
}

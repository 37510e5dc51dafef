internal import AffineLayers
internal import AffineQuant

extension Recipe {
  /// Forward products with weights, inputs and cached keys and values of so many bits each, the set-up of
  /// "Scaling Laws for Precision" (arXiv 2411.04330).
  ///
  /// Weights have a scale for each output channel, inputs and the cache one for the tensor; scales are
  /// the largest magnitude over 2^(bits − 1) − 1. The backward pass multiplies float gradients with
  /// what the forward product had, as if rounding were the identity.
  ///
  /// - Parameters:
  ///   - weights: Bits of weights, 2 to 8; `nil`: float.
  ///   - activations: Bits of the inputs of linear layers.
  ///   - cache: Bits of keys and values.
  /// - Returns: A recipe that is valid.
  /// - Throws: ``RecipeError/impossible(plan:reason:)`` for other widths.
  public static func forwardBits(
    weights: Int? = nil, activations: Int? = nil, cache: Int? = nil
  ) throws(RecipeError) -> Recipe {
    let parts = [("w", weights), ("a", activations), ("c", cache)].compactMap { part, bits in
      bits.map { "\(part)\($0)" }
    }
    var recipe = Recipe(name: parts.isEmpty ? "float32" : "forward-" + parts.joined())
    for bits in [weights, activations, cache].compactMap(\.self) where !(2...8).contains(bits) {
      throw .impossible(plan: recipe.name, reason: "codes have 2 to 8 bits, not \(bits)")
    }
    if let weights {
      recipe.forward.right = .codes(CodePlan(.signed(bits: weights)))
      recipe.inputGradient.right = .forwardCodes
    }
    if let activations {
      recipe.forward.left = .codes(CodePlan(.signed(bits: activations), .tensor))
      recipe.weightGradient.right = .forwardCodes
    }
    recipe.cache = cache.map { CodePlan(.signed(bits: $0), .tensor) }
    return recipe
  }
}

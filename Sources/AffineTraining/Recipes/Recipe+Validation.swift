internal import AffineLayers
internal import AffineQuant

extension Recipe {
  /// Refuses what cannot be computed, and what would be computed otherwise than it says.
  ///
  /// - Throws: ``RecipeError/impossible(plan:reason:)``.
  public func validate() throws(RecipeError) {
    for (product, isLeft, plan) in [
      ("forward", true, forward.left), ("forward", false, forward.right),
      ("inputGradient", true, inputGradient.left), ("inputGradient", false, inputGradient.right),
      ("weightGradient", true, weightGradient.left),
      ("weightGradient", false, weightGradient.right),
    ] {
      switch plan {
      case .codes(let codes), .requantizedForwardCodes(let codes):
        try check(codes, product, canLearn: product == "forward")
      case .twoHalves where product == "forward" || !isLeft:
        throw impossible(product, "only gradients have two halves")
      default: break
      }
      guard !plan.readsForwardCodes || product != "forward" && !isLeft else {
        throw impossible(product, "only a saved operand has codes of the forward product")
      }
    }
    if case .codes(let codes) = weight { try check(codes, "weight", canLearn: false) }
    if let cache { try check(cache, "cache", canLearn: false) }
    try checkHalves()
    try checkReuse("inputGradient", inputGradient, of: forward.right)
    try checkReuse("weightGradient", weightGradient, of: forward.left)
    try checkFlow()
  }

  /// The same, as an error of training.
  func check() throws(TrainingError) {
    do throws(RecipeError) { try validate() } catch { throw .recipe(error) }
  }

  private func impossible(_ part: String, _ reason: String) -> RecipeError {
    .impossible(plan: "\(name).\(part)", reason: reason)
  }

  private func check(
    _ codes: CodePlan, _ part: String, canLearn: Bool
  ) throws(RecipeError) {
    do throws(QuantizationError) {
      _ = try codes.type(contracting: .columns)
    } catch {
      throw impossible(part, "\(error)")
    }
    switch codes.scale {
    case .largest, .halfStep, .fullRange, .range: return
    case .meanMagnitude, .meanRange, .learned: break
    }
    guard codes.granularity == .tensor else {
      throw impossible(part, "there is one such scale a tensor")
    }
    guard codes.scale != .meanRange || codes.storage == .unsigned(bits: 8) else {
      throw impossible(part, "a mean range has codes from 0 to 255")
    }
    guard codes.scale != .learned || canLearn && codes.storage == .signed(bits: 4) else {
      throw impossible(part, "steps are trained of the forward product's 4-bit codes alone")
    }
  }

  private func checkHalves() throws(RecipeError) {
    let plans = [inputGradient, weightGradient]
    guard plans.contains(where: { $0.left == .twoHalves }) else { return }
    guard plans.allSatisfy({ $0.left == .twoHalves }) else {
      throw impossible("weightGradient", "both gradients have two halves, or none")
    }
    guard plans.allSatisfy({ $0.right == .float || $0.right == .forwardCodes }) else {
      throw impossible("inputGradient", "halves meet values or the forward product's codes")
    }
  }

  private func checkReuse(
    _ product: String, _ plan: ProductPlan, of saved: OperandPlan
  ) throws(RecipeError) {
    guard plan.right.readsForwardCodes else { return }
    guard case .codes(let codes) = saved else {
      throw impossible(product, "the forward product has no codes of it")
    }
    guard product != "weightGradient" || outlierThreshold == nil else {
      throw impossible(product, "columns with outliers have no codes")
    }
    let isFloat = plan.left == .float || plan.left == .bfloat16
    guard plan.right != .forwardCodes || isFloat || codes.isTransposable else {
      throw impossible(product, "a scale for each row varies along what it contracts")
    }
    if case .requantizedForwardCodes = plan.right, codes.granularity != .vector {
      throw impossible(product, "scales are folded only where there is one a row")
    }
  }

  private func checkFlow() throws(RecipeError) {
    guard let flow else { return }
    try check(flow, "flow", canLearn: false)
    let type = try? flow.type(contracting: .columns)
    // Dropout clears codes, which must stand for zero then.
    guard flow.storage == .signed(bits: 8), type?.mapping.kind == .symmetric else {
      throw impossible("flow", "layers exchange symmetric codes of 8 bits")
    }
    guard flow.isTransposable else {
      throw impossible("flow", "a scale for each row varies along what the weight's gradient sums")
    }
  }
}

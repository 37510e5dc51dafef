extension PrecisionLaw {
  /// The size, tokens and bits of the least loss that a budget pays for.
  ///
  /// - Parameter budget: What there is, and what is settled.
  /// - Returns: The best way to spend it beside others.
  /// - Throws: ``LawError``: a budget that is none, nothing left to choose, no precision that the law
  ///   holds for.
  public func plan(_ budget: LawBudget) throws(LawError) -> LawPlan {
    try validate()
    try Self.check("the budget", budget.amount, 1e-6...1e60)
    guard budget.parameters == nil || budget.tokens == nil else {
      throw .notIdentifiable("with parameters and tokens settled there is no budget to spend")
    }
    let offered: [(recipe: String?, precision: LawPrecision, product: Double)]
    switch budget.cost {
    case .bits:
      offered = try budget.bits.map { bits throws(LawError) in
        try Self.check("bits", bits, 0.01...64)
        return (nil, precision(bits), Self.product(budget.amount, bits))
      }
    case .measured(let recipes):
      offered = try recipes.map { recipe throws(LawError) in
        try Self.check("seconds of \(recipe.name)", recipe.seconds, 1e-30...1e6)
        return (recipe.name, recipe.precision, budget.amount / recipe.seconds)
      }
    }
    var (choices, refused): ([LawChoice], [String]) = ([], [])
    var last: LawError?
    for offer in offered {
      do throws(LawError) {
        choices.append(try choice(offer.recipe, offer.precision, offer.product, budget))
      } catch {
        refused.append((offer.recipe.map { "\($0): " } ?? "") + error.description)
        last = error
      }
    }
    if choices.isEmpty, let last { throw last }
    var candidates = choices
    if case .bits = budget.cost, let bits = leastLossBits(budget) {
      candidates.append(
        try choice(nil, precision(bits), Self.product(budget.amount, bits), budget))
    }
    guard let best = candidates.min(by: { $0.prediction.loss < $1.prediction.loss }) else {
      throw .notIdentifiable("there is no precision to compare")
    }
    return LawPlan(best: best, choices: choices, refused: refused)
  }

  /// The same bits in every part that the law has constants for.
  public func precision(_ bits: Double) -> LawPrecision {
    LawPrecision(
      weightBits: weights.map { _ in bits }, activationBits: activations.map { _ in bits },
      cacheBits: cache.map { _ in bits })
  }

  /// N · D that operations pay for.
  private static func product(_ operations: Double, _ bits: Double) -> Double {
    operations * 16 / 6 / bits
  }

  /// The bits at which training buys most: N, D and bits free and cost linear in bits, they are the same
  /// for every budget; `nil` if no part was fitted.
  public var optimalBits: Double? {
    searched.map { range in
      LawSearch.valleys(range) { bits in
        (try? factor(precision(bits))).map { bits / $0 } ?? .infinity
      }
    }
  }

  /// Bits with a model, to 16, where the cost model ends. Below half a bit no law means anything.
  private var searched: ClosedRange<Double>? {
    guard let least = factors.compactMap(\.?.leastBits).max() else { return nil }
    let lower = max(least + 1e-3, 0.5)
    return lower < 16 ? lower...16 : nil
  }

  /// The bits of the least loss, with what is settled.
  private func leastLossBits(_ budget: LawBudget) -> Double? {
    searched.map { range in
      LawSearch.valleys(range) { bits in
        let choice = try? choice(
          nil, precision(bits), Self.product(budget.amount, bits), budget)
        return choice?.prediction.loss ?? .infinity
      }
    }
  }

  private func choice(
    _ recipe: String?, _ precision: LawPrecision, _ product: Double, _ budget: LawBudget
  ) throws(LawError) -> LawChoice {
    let factor = try factor(precision)
    let parameters: Double
    if let settled = budget.parameters {
      parameters = settled
    } else if let tokens = budget.tokens {
      try Self.check("tokens", tokens, Self.counts)
      parameters = product / tokens
    } else if let postBits = budget.postBits {
      parameters = try optimalParameters(precision, product, postBits: postBits)
    } else {
      parameters = optimalParameters(factor, product)
    }
    try Self.check("parameters", parameters, Self.counts)
    let tokens = product / parameters
    return LawChoice(
      recipe: recipe, precision: precision, parameters: parameters, tokens: tokens,
      prediction: try predict(
        parameters: parameters, tokens: tokens, precision: precision, postBits: budget.postBits))
  }

  /// Where the derivative of the loss by N is 0, with D = product / N.
  private func optimalParameters(_ factor: Double, _ product: Double) -> Double {
    let (alpha, beta) = (parameterExponent, tokenExponent)
    let logarithm =
      (alpha * parameterScale / (beta * tokenScale)).logarithm - alpha * factor.logarithm
      + beta * product.logarithm
    return (logarithm / (alpha + beta)).exponential
  }

  /// With rounding after training: a sum of exponentials of ln N, so there is one valley.
  private func optimalParameters(
    _ precision: LawPrecision, _ product: Double, postBits: Double
  ) throws(LawError) -> Double {
    let middle = optimalParameters(try factor(precision), product).logarithm
    _ = try predict(
      parameters: middle.exponential, tokens: product / middle.exponential, precision: precision,
      postBits: postBits)
    // Rounding asks for more parameters on fewer tokens; e¹² is 160 000 times as many.
    let place = LawSearch.valley(middle - 12...middle + 12) { place in
      let prediction = try? predict(
        parameters: place.exponential, tokens: product / place.exponential, precision: precision,
        postBits: postBits)
      return prediction?.loss ?? .infinity
    }
    return place.exponential
  }
}

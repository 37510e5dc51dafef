/// What there is to spend, and what is settled already.
public struct LawBudget: Sendable, Hashable {
  /// Operations or seconds, as ``cost`` counts.
  public var amount: Double
  /// What training costs.
  public var cost: LawCost
  /// Parameters, if they are settled.
  public var parameters: Double?
  /// Tokens, if they are settled.
  public var tokens: Double?
  /// Bits in training to compare, where cost follows bits.
  public var bits = [4.0, 5, 6, 7, 8, 12, 16]
  /// Bits that weights are rounded to after training.
  public var postBits: Double?

  /// A budget with nothing settled.
  public init(_ amount: Double, cost: LawCost = .bits) { (self.amount, self.cost) = (amount, cost) }
}

/// A way to spend a budget.
public struct LawChoice: Sendable, Hashable, Codable {
  /// The recipe, if its cost was measured.
  public let recipe: String?
  /// Bits in training.
  public let precision: LawPrecision
  /// Parameters and tokens that the budget pays for, at the least loss.
  public let parameters, tokens: Double
  /// What comes of it.
  public let prediction: LawPrediction
}

/// How to spend a budget.
public struct LawPlan: Sendable, Hashable, Codable {
  /// The least loss; bits need not be whole where cost follows bits.
  public let best: LawChoice
  /// What was compared, in the order in which it was asked for.
  public let choices: [LawChoice]
  /// Why others could not be compared.
  public let refused: [String]
}

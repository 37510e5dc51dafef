/// What a law says of one model.
public struct LawPrediction: Sendable, Hashable, Codable {
  /// Nats a token, with what rounding after training adds.
  public let loss: Double
  /// What rounding after training adds.
  public let degradation: Double
  /// Parameters that bits in training leave.
  public let effectiveParameters: Double
  /// Tokens of training beyond which the rounded model becomes worse with more; `nil` without rounding
  /// or where rounding adds nothing.
  public let criticalTokens: Double?
  /// Why the numbers may be wrong: what lies outside of the range of the fit, what is a bound.
  public let warnings: [String]
}

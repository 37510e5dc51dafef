/// How values become codes.
public struct QuantizationOptions: Sendable, Hashable {
  /// The formula of the parameters; `nil`: the type's own.
  public var rule: ParameterRule?
  /// The smallest scale.
  public var epsilon: EpsilonPolicy
  /// How a value between two codes becomes one of them.
  public var rounding: Rounding
  /// The codes to use; `nil`: all that the storage holds.
  public var codes: ClosedRange<Int>?

  /// Collects options; the defaults are those of the typed initializers.
  public init(
    rule: ParameterRule? = nil, epsilon: EpsilonPolicy = .standard,
    rounding: Rounding = .nearestEven, codes: ClosedRange<Int>? = nil
  ) {
    self.rule = rule
    self.epsilon = epsilon
    self.rounding = rounding
    self.codes = codes
  }
}

/// The smallest scale that a block may have.
public enum EpsilonPolicy: Sendable, Hashable {
  /// The rule's own: of the library's rules the smallest number of the type of the scales with a
  /// reciprocal in `Float`, of the others ``smallestNormal``.
  case standard
  /// The machine epsilon of the input's type: torchao until June 2026.
  case machineEpsilon
  /// The smallest normal number of the input's type: torchao since (#4534).
  ///
  /// With the former policy bfloat16 groups with scales below 0.0078 all got that scale; with this one
  /// float16 rows whose largest value is below 0.0077 have fewer than 127 codes.
  case smallestNormal
  /// A given smallest scale, greater than zero.
  case value(Float)

  func smallestScale(
    for rule: ParameterRule, _ scales: ScaleFormat, _ values: ElementType
  ) -> Float {
    switch self {
    case .standard: rule.roundsOperations ? values.smallestNormal : scales.smallestInvertible
    case .machineEpsilon: values.machineEpsilon
    case .smallestNormal: values.smallestNormal
    case .value(let value): value
    }
  }
}

/// The smallest scale that a block may have.
public enum EpsilonPolicy: Sendable, Hashable {
  /// The machine epsilon of the input's type: torchao until June 2026.
  case machineEpsilon
  /// The smallest normal number of the input's type: torchao since (#4534).
  ///
  /// With the former policy bfloat16 groups with scales below 0.0078 all got that scale.
  case smallestNormal
  /// A given smallest scale, greater than zero.
  case value(Float)

  func smallestScale(for type: ElementType) -> Float {
    switch self {
    case .machineEpsilon: type.machineEpsilon
    case .smallestNormal: type.smallestNormal
    case .value(let value): value
    }
  }
}

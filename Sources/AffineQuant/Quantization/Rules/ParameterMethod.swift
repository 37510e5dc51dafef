/// The rules of one mapping, so that the compiler refuses those of another.
///
/// Only this library's types conform; a rule from outside is a ``BlockRule``.
public protocol ParameterMethod: Sendable, Hashable {
  /// The formula.
  var rule: ParameterRule { get }
}

/// The ways of choosing a symmetric scale.
public enum SymmetricMethod: ParameterMethod, CaseIterable {
  /// ``ParameterRule/balanced``.
  case balanced
  /// ``ParameterRule/extreme``.
  case extreme
  /// ``ParameterRule/meanMagnitude``.
  case meanMagnitude
  /// torchao's `SYMMETRIC`: the largest magnitude is half the code range.
  case absoluteMaximum
  /// torchao's `SYMMETRIC_NO_CLIPPING_ERR`: no value is clipped.
  case noClipping
  /// Google AQT's: the largest magnitude is half a step above the last code.
  case halfStep
  /// MLX's, for small floats.
  case mlxFloat

  public var rule: ParameterRule {
    switch self {
    case .balanced: .balanced
    case .extreme: .extreme
    case .meanMagnitude: .meanMagnitude
    case .absoluteMaximum: .symmetric
    case .noClipping: .symmetricNoClipping
    case .halfStep: .symmetricHalfStep
    case .mlxFloat: .mlxFloat
    }
  }
}

/// The ways of choosing a scale and a zero point.
public enum AsymmetricMethod: ParameterMethod, CaseIterable {
  /// ``ParameterRule/ends``.
  case ends
  /// torchao's `ASYMMETRIC`: the range, widened to hold zero.
  case range
  /// torchao's `SYMMETRIC` with a zero point in the middle of the codes.
  case midpoint

  public var rule: ParameterRule {
    switch self {
    case .ends: .ends
    case .range: .asymmetric
    case .midpoint: .symmetricMidpoint
    }
  }
}

/// The ways of choosing a scale and a bias.
public enum BiasedMethod: ParameterMethod, CaseIterable {
  /// ``ParameterRule/ends``.
  case ends
  /// MLX's affine mode.
  case mlx
  /// torchao's tinygemm: the range as it is.
  case tinygemm

  public var rule: ParameterRule {
    switch self {
    case .ends: .ends
    case .mlx: .mlx
    case .tinygemm: .tinygemm
    }
  }
}

/// The way of choosing the scale of a codebook.
public enum CodebookMethod: ParameterMethod {
  /// The largest magnitude is 1.
  case absoluteMaximum

  public var rule: ParameterRule { .largest }
}

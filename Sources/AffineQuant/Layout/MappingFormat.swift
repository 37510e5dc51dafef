/// A mapping, described at run time.
public struct MappingFormat: Sendable, Hashable {
  /// The formula from code to value.
  public enum Kind: Sendable, Hashable {
    /// Scale alone, scale and zero point, or scale and bias.
    case symmetric, asymmetric, biased
    /// A table of values, scaled.
    case codebook(CodebookFormat)
  }

  /// The formula from code to value.
  public let kind: Kind
  /// The type of the scales; where they are codes, of the scales of those.
  public let scale: ScaleFormat
  /// How scales, and biases, are coded; `nil`: they are numbers.
  public let codes: ScaleCodes?

  /// Pairs a formula with a type of scales.
  public init(kind: Kind, scale: ScaleFormat, codes: ScaleCodes? = nil) {
    self.kind = kind
    self.scale = scale
    self.codes = codes
  }
}

/// The type that the scales of a matrix are stored in.
public protocol ScaleElement: Sendable {
  /// The type, as a value.
  static var scaleFormat: ScaleFormat { get }
  /// How scales are coded; by default `nil`: they are numbers of that type.
  static var scaleCodes: ScaleCodes? { get }
}

extension ScaleElement {
  public static var scaleCodes: ScaleCodes? { nil }
}

/// A type of scales that codes are multiplied by as they are, with a zero point, a bias or neither: numbers, and
/// codes of such.
public protocol LinearScaleElement: ScaleElement {}

/// A type of scales that values of a table are multiplied by.
public protocol CodebookScaleElement: ScaleElement {}

/// A type of scales that biases have too: it has both signs, which a power of two has not.
public protocol SignedScaleElement: LinearScaleElement {}

/// A type of scales that are numbers of both signs, by which codes of scales may be multiplied.
public protocol FloatScaleElement: SignedScaleElement {}

/// The types of scales, by name.
public enum ScaleFormat: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary32 and binary16, and the upper half of binary32.
  case float32, float16, bfloat16
  /// A power of two from 2^−127 to 2^127, in one byte (OCP MX v1.0).
  case e8m0

  /// The bytes that one scale takes in a file.
  public var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16, .bfloat16: 2
    case .e8m0: 1
    }
  }

  /// The scale of this type that stands for a number: nearest even, for powers of two the smallest
  /// that is not below it, so that no value is clipped (MLX).
  package func round(_ value: Float) -> Float {
    switch self {
    case .float32: value
    case .float16: ElementType.float16.round(value)
    case .bfloat16: ElementType.bfloat16.round(value)
    case .e8m0: E8M0(roundingUp: value).float
    }
  }

  /// The same for a number from outside; `nil` where the type has no such scale: what is not finite then,
  /// and for powers of two what is not positive or above the largest of them.
  package func stored(_ value: Float) -> Float? {
    let scale = round(value)
    return scale.isFinite && (self != .e8m0 || value > 0 && value <= scale) ? scale : nil
  }

  /// The smallest scale of this type that is not below a number.
  func roundUp(_ value: Float) -> Float { self == .e8m0 ? round(value) : -roundDown(-value) }

  /// The largest number of this type that is not above a bias; infinite where the type holds none as large.
  func roundDown(_ value: Float) -> Float {
    switch self {
    case .float32, .e8m0: return round(value)
    case .float16:
      let nearest = Float16(value)
      return Float(nearest.isFinite && Float(nearest) > value ? nearest.nextDown : nearest)
    case .bfloat16: return Float(BFloat16(value, .floor, element: 0))
    }
  }

  /// Rounds a positive scale; where the result has no reciprocal, the smallest that surely has one.
  package func roundInvertible(_ value: Float) -> Float {
    let scale = round(value)
    if round(1 / scale).isFinite { return scale }
    return scale.isFinite ? (self == .float16 ? 0x1p-14 : 0x1p-126) : scale
  }

  /// The smallest scale whose reciprocal is a finite `Float`, but for those of few bits of float32 and
  /// bfloat16.
  var smallestInvertible: Float {
    switch self {
    case .float32, .bfloat16: 0x1p-126
    case .float16: 0x1p-24
    case .e8m0: 0x1p-127
    }
  }

  /// Rounds a positive scale so that nothing is cut off: to nearest, but up where `width` is then `steps`
  /// steps or more. Of 16-bit scales only those below the normal numbers are rounded by so much.
  func round(_ value: Float, width: Float, steps: Float) -> Float {
    let scale = round(value)
    guard self == .float16, scale < 0x1p-14, width / scale >= steps else { return scale }
    return scale + 0x1p-24
  }
}

extension Float: FloatScaleElement, CodebookScaleElement {
  /// Scales in float32.
  public static var scaleFormat: ScaleFormat { .float32 }
}
extension Float16: FloatScaleElement {
  /// Scales in float16.
  public static var scaleFormat: ScaleFormat { .float16 }
}
extension BFloat16: FloatScaleElement {
  /// Scales in bfloat16.
  public static var scaleFormat: ScaleFormat { .bfloat16 }
}

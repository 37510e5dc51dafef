/// The type of one value of a float matrix: `Float`, `Float16`, `BFloat16`, or one of a package outside.
///
/// Its arithmetic is that of PyTorch on a CPU: computed in `Float`, rounded once an operation. A type from
/// outside says how it rounds and widens one value; what it stands for beside that is a `Float`.
public protocol FloatElement: Sendable, BitwiseCopyable {
  /// The type whose name reports show and whose rounding formulas of torchao follow; by default `float32`.
  static var elementType: ElementType { get }
  /// Rounds to nearest even.
  init(rounding value: Float)
  /// The same value; every element type embeds in `Float`.
  var float: Float { get }
  /// Rounds values one by one; both spans have one length.
  static func round(_ values: borrowing Span<Float>, into rounded: inout MutableSpan<Self>)
  /// Widens values one by one; both spans have one length.
  static func widen(_ values: borrowing Span<Self>, into widened: inout MutableSpan<Float>)
}

extension FloatElement {
  public static var elementType: ElementType { .float32 }

  public static func round(
    _ values: borrowing Span<Float>, into rounded: inout MutableSpan<Self>
  ) {
    for index in rounded.indices { rounded[index] = Self(rounding: values[index]) }
  }

  public static func widen(
    _ values: borrowing Span<Self>, into widened: inout MutableSpan<Float>
  ) {
    for index in widened.indices { widened[index] = values[index].float }
  }
}

/// The element types of float matrices, by name.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary32 and binary16, and the upper half of binary32.
  case float32, float16, bfloat16

  /// The distance from 1 to the next larger value.
  public var machineEpsilon: Float {
    switch self {
    case .float32: 0x1p-23
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    }
  }

  /// The smallest positive value with full precision.
  public var smallestNormal: Float {
    switch self {
    case .float32, .bfloat16: 0x1p-126
    case .float16: 0x1p-14
    }
  }

  /// Rounds a `Float` to this type.
  @inline(__always)
  package func round(_ value: Float) -> Float {
    switch self {
    case .float32: value
    case .float16: Float16(rounding: value).float
    case .bfloat16: Float(BFloat16(value))
    }
  }
}

/// The type of one value of a float matrix: `Float`, `Float16` or `BFloat16`.
///
/// Its arithmetic is that of PyTorch on a CPU: computed in `Float`, rounded once an operation.
public protocol FloatElement: Sendable, BitwiseCopyable {
  /// The name of the type in the command and in files.
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

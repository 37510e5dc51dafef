/// A power of two: one byte that holds the exponent plus 127 (OCP MX v1.0).
public struct E8M0: LinearScaleElement, Hashable, BitwiseCopyable {
  /// Powers of two.
  public static var scaleFormat: ScaleFormat { .e8m0 }

  /// The exponent plus 127; 255 is NaN.
  public let bitPattern: UInt8

  /// Takes the exponent plus 127.
  public init(bitPattern: UInt8) { self.bitPattern = bitPattern }

  /// The smallest power of two that is not below a value, within the range there is.
  public init(roundingUp value: Float) {
    guard value > 0 else { self.init(bitPattern: value.isNaN ? 255 : 0); return }
    let bits = value.bitPattern
    // Half of the smallest normal number is the smallest scale.
    guard bits >= 1 << 23 else { self.init(bitPattern: bits > 1 << 22 ? 1 : 0); return }
    // A mantissa that is not zero carries into the exponent.
    self.init(bitPattern: UInt8(min((bits + (1 << 23 - 1)) >> 23, 254)))
  }

  /// The power of two; 2^−127 is subnormal in `Float`, and exact.
  public var float: Float {
    switch bitPattern {
    case 255: .nan
    case 0: 0x1p-127
    default: Float(bitPattern: UInt32(bitPattern) << 23)
    }
  }
}

/// A power of two: one byte that holds the exponent plus 127 (OCP MX v1.0).
public struct E8M0: ScaleElement, Hashable, BitwiseCopyable {
  /// Powers of two.
  public static var scaleFormat: ScaleFormat { .e8m0 }

  /// The exponent plus 127; 255 is NaN.
  public let bitPattern: UInt8

  /// Takes the exponent plus 127.
  public init(bitPattern: UInt8) { self.bitPattern = bitPattern }

  /// The smallest power of two that is not below a value, within the range there is.
  public init(roundingUp value: Float) {
    guard value > 0 else { self.init(bitPattern: value.isNaN ? 255 : 0); return }
    guard value.isFinite else { self.init(bitPattern: 254); return }
    let exponent = Int(value.exponent) + (value.significand > 1 ? 1 : 0)
    self.init(bitPattern: UInt8(min(max(exponent + 127, 0), 254)))
  }

  /// The power of two; 2^−127 is subnormal in `Float`, and exact.
  public var float: Float {
    bitPattern == 255 ? .nan : Float(sign: .plus, exponent: Int(bitPattern) - 127, significand: 1)
  }
}

/// A 16-bit float with the exponent of `Float` and 8 bits of precision.
///
/// Arithmetic is done in `Float`; ``init(_:)`` rounds to nearest, ties to even.
public struct BFloat16: Sendable, Hashable, BitwiseCopyable {
  /// The upper half of the equal `Float`.
  public let bitPattern: UInt16

  /// Takes the upper half of a `Float`.
  public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

  /// Rounds a `Float` to nearest even; NaN stays a quiet NaN.
  @inline(__always)
  public init(_ value: Float) {
    let bits = value.bitPattern
    // Adding half a unit, less one when the kept part is even, carries exactly where
    // nearest-even rounds up. A NaN could carry into infinity, so it is quieted instead.
    let rounded = (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
    bitPattern = UInt16(truncatingIfNeeded: value.isNaN ? bits >> 16 | 0x40 : rounded)
  }
}

extension BFloat16: CustomStringConvertible {
  public var description: String { Float(self).description }
}

extension Float {
  /// The same value; every `BFloat16` is a `Float`.
  @inline(__always)
  public init(_ value: BFloat16) { self.init(bitPattern: UInt32(value.bitPattern) << 16) }
}

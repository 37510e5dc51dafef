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

extension BFloat16 {
  /// Rounds a value at random; infinities and NaN stay what they are.
  ///
  /// It goes away from zero with the probability of its lower 16 bits, in parts of 2^16: they carry when
  /// as many random bits are added (torchao's `_fp32_to_bf16_sr`).
  @inline(__always)
  init(_ value: Float, random: UInt16) {
    guard !value.isNaN else { self.init(value); return }
    let sum = value.bitPattern &+ UInt32(random)
    self.init(bitPattern: UInt16(truncatingIfNeeded: sum >> 16))
  }

  /// Rounds the value of one element; infinities and NaN stay what they are.
  @inline(__always)
  package init(_ value: Float, _ rounding: Rounding, element: Int) {
    let bits = value.bitPattern
    switch rounding {
    case .stochastic(let seed, let step):
      let word = SplitMix.word(SplitMix.key(seed: seed, step: step), element)
      self.init(value, random: UInt16(word >> 48))
    case .floor where value.isFinite:
      // Of a negative number the next larger magnitude.
      let carry: UInt32 = value < 0 ? 0xffff : 0
      self.init(bitPattern: UInt16(truncatingIfNeeded: (bits &+ carry) >> 16))
    case .towardZero where value.isFinite:
      self.init(bitPattern: UInt16(truncatingIfNeeded: bits >> 16))
    default: self.init(value)
    }
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

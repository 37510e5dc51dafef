/// A floating-point format of at most 8 bits.
///
/// Sources: Micikevicius et al., "FP8 Formats for Deep Learning" (arXiv 2209.05433); OCP
/// Microscaling Formats (MX) specification v1.0.
public enum SmallFloat: String, Sendable, Hashable, CaseIterable {
  /// 4 exponent bits, 3 of mantissa; no infinity, largest value 448.
  case float8e4m3
  /// 5 exponent bits, 2 of mantissa; infinities, largest finite value 57 344.
  case float8e5m2
  /// 3 exponent bits, 2 of mantissa; only finite values, largest 28.
  case float6e3m2
  /// 2 exponent bits, 3 of mantissa; only finite values, largest 7.5.
  case float6e2m3
  /// 2 exponent bits, 1 of mantissa; only finite values, largest 6.
  case float4e2m1

  /// Bits a value takes.
  public var bits: Int {
    switch self {
    case .float8e4m3, .float8e5m2: 8
    case .float6e3m2, .float6e2m3: 6
    case .float4e2m1: 4
    }
  }

  /// The largest finite value.
  public var largest: Float {
    switch self {
    case .float8e4m3: 448
    case .float8e5m2: 57_344
    case .float6e3m2: 28
    case .float6e2m3: 7.5
    case .float4e2m1: 6
    }
  }

  /// Bits of the mantissa, without the hidden one.
  var mantissaBits: Int {
    switch self {
    case .float8e4m3, .float6e2m3: 3
    case .float8e5m2, .float6e3m2: 2
    case .float4e2m1: 1
    }
  }

  var exponentBits: Int { bits - 1 - mantissaBits }
  private var bias: Int { (1 << (exponentBits - 1)) - 1 }

  /// The format with these fields; there is one.
  init(bits: Int, mantissaBits: Int) {
    let format = Self.allCases.first { $0.bits == bits && $0.mantissaBits == mantissaBits }
    guard let format else {
      preconditionFailure("no float of \(bits) bits, \(mantissaBits) of mantissa")
    }
    self = format
  }

  /// The number that a bit pattern stands for.
  ///
  /// Of `pattern` the lower ``bits`` are read.
  public func value(of pattern: UInt8) -> Float {
    let magnitude = Int(pattern) & ((1 << (bits - 1)) - 1)
    let exponent = magnitude >> mantissaBits
    let mantissa = magnitude & ((1 << mantissaBits) - 1)
    let isNegative = Int(pattern) >> (bits - 1) & 1 == 1
    if self == .float8e5m2, exponent == 31 {
      let special: Float = mantissa == 0 ? .infinity : .nan
      return isNegative ? -special : special
    }
    if self == .float8e4m3, magnitude == 0x7f { return .nan }
    // A subnormal has no hidden bit and the exponent of the smallest normal.
    let significand = Float(exponent == 0 ? mantissa : mantissa + 1 << mantissaBits)
    let scaled = significand * Self.powerOfTwo(max(exponent, 1) - bias - mantissaBits)
    return isNegative ? -scaled : scaled
  }

  /// The bit pattern of a finite neighbour of a value; `round` chooses which, given the value in
  /// units of its binade's spacing. What is too large becomes the largest, what is no number zero.
  package func pattern(_ value: Float, _ round: (Float) -> Float) -> UInt8 {
    guard !value.isNaN else { return 0 }
    let value = min(max(value, -largest), largest)
    let exponent = max(value == 0 ? 1 - bias : Int(value.exponent), 1 - bias)
    // The spacing is a power of two, so the quotient is exact before rounding; a carry into the
    // next binade is the next bit pattern.
    let units = round(value / Self.powerOfTwo(exponent - mantissaBits))
    let field = Int(units.magnitude) + (exponent + bias - 1) << mantissaBits
    let sign = UInt8(value.sign == .minus ? 1 << (bits - 1) : 0)
    return sign | UInt8(min(field, largestField))
  }

  /// The bit pattern of the largest finite value.
  var largestField: Int {
    switch self {
    case .float8e4m3: 0x7e
    case .float8e5m2: 0x7b
    case .float6e3m2, .float6e2m3: 0x1f
    case .float4e2m1: 0x7
    }
  }

  /// `2^exponent` for the exponents these formats have, −24…15 with room to spare.
  private static func powerOfTwo(_ exponent: Int) -> Float {
    Float(bitPattern: UInt32(exponent + 127) << 23)
  }
}

/// 8-bit floats with 4 exponent bits, one a byte.
public enum Float8E4M3: SymmetricStorage {
  public static let seal = StorageSeal<Self>(.float(.float8e4m3))
}

/// 8-bit floats with 5 exponent bits, one a byte.
public enum Float8E5M2: SymmetricStorage {
  public static let seal = StorageSeal<Self>(.float(.float8e5m2))
}

/// 6-bit floats with 3 exponent bits, in a little-endian bit stream.
public enum Float6E3M2: SymmetricStorage {
  public static let seal = StorageSeal<Self>(.float(.float6e3m2))
}

/// 6-bit floats with 2 exponent bits, in a little-endian bit stream.
public enum Float6E2M3: SymmetricStorage {
  public static let seal = StorageSeal<Self>(.float(.float6e2m3))
}

/// 4-bit floats with 2 exponent bits, two a byte, the earlier in the low half.
public enum Float4E2M1: SymmetricStorage {
  public static let seal = StorageSeal<Self>(.float(.float4e2m1))
}

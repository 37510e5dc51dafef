/// A table from codes to values between −1 and 1.
public protocol CodebookMap: Sendable {
  /// The storage whose codes index the table.
  associatedtype Storage: CodeStorage
  /// The table, by name.
  static var codebook: CodebookFormat { get }
}

/// The codebooks, by name.
public enum CodebookFormat: String, Sendable, Hashable, CaseIterable {
  /// 16 quantiles of the normal distribution (QLoRA, arXiv 2305.14314, appendix E).
  case normalFloat4 = "nf4"
  /// 256 signed values, dense near zero, one bit of exponent after another (Dettmers et al.,
  /// "8-bit Optimizers via Block-wise Quantization", arXiv 2110.02861).
  case dynamic8
  /// 256 values from 0 to 1 of the same construction, for second moments.
  case dynamicUnsigned8
  /// 16 signed values, dense near zero, for first moments (torchao's 4-bit optimizers).
  case dynamic4
  /// Sixteenths from 1/16 to 1, for second moments: without zero, by which a step would be divided
  /// (torchao's 4-bit optimizers).
  case dynamicUnsigned4
  /// Floats from 1.7e-5 to 1 with four bits each of exponent and mantissa, without sign, and zero: for
  /// roots of second moments.
  case unsignedFloat8

  /// The values, ascending, one for each code.
  public var values: [Float] {
    switch self {
    case .normalFloat4: Self.normalFloat4Values
    case .dynamic8: Self.dynamic8Values
    case .dynamicUnsigned8: Self.dynamicUnsigned8Values
    case .dynamic4: Self.dynamic4Values
    case .dynamicUnsigned4: (1...16).map { Float($0) / 16 }
    case .unsignedFloat8: Self.unsignedFloat8Values
    }
  }

  private static let normalFloat4Values: [Float] = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
  ]
  private static let dynamic4Values: [Float] = [
    -0.8875, -0.6625, -0.4375, -0.2125, -0.0775, -0.0325, -0.0055, 0, 0.0055, 0.0325, 0.0775,
    0.2125, 0.4375, 0.6625, 0.8875, 1,
  ]
  private static let dynamic8Values = dynamicMap(signed: true)
  private static let dynamicUnsigned8Values = dynamicMap(signed: false)
  /// Bits 19 and above of a float; those of 1 are the last.
  private static let unsignedFloat8Values: [Float] =
    [0] + (1...255).map { Float(bitPattern: (1777 + $0) << 19) }

  /// Seven decades; each further decade from below has twice the values, at the middles of equal
  /// parts of 0.1…1. Zero and one complete the 256.
  private static func dynamicMap(signed: Bool) -> [Float] {
    let decades = 7
    var values: [Double] = [0, 1]
    for decade in 0..<decades {
      let count = signed ? 1 << decade : 1 << (decade + 1)
      // The edges are linspace(0.1, 1, count + 1): their midpoints are the values.
      let step = 0.9 / Double(count)
      let power = (0..<(decades - 1 - decade)).reduce(1.0) { value, _ in value / 10 }
      for part in 0..<count {
        let middle = 0.1 + step * (Double(part) + 0.5)
        values.append(middle * power)
        if signed { values.append(-middle * power) }
      }
    }
    return values.map(Float.init).sorted()
  }
}

/// NF4, for frozen weights.
public enum NormalFloat4: CodebookMap {
  public typealias Storage = UInt4
  public static let codebook = CodebookFormat.normalFloat4
}

/// The signed dynamic map, for first moments.
public enum Dynamic8: CodebookMap {
  public typealias Storage = UInt8
  public static let codebook = CodebookFormat.dynamic8
}

/// The unsigned dynamic map, for second moments.
public enum DynamicUnsigned8: CodebookMap {
  public typealias Storage = UInt8
  public static let codebook = CodebookFormat.dynamicUnsigned8
}

/// The signed dynamic map of 4 bits, for first moments.
public enum Dynamic4: CodebookMap {
  public typealias Storage = UInt4
  public static let codebook = CodebookFormat.dynamic4
}

/// Unsigned 8-bit floats, for roots of second moments.
public enum UnsignedFloat8: CodebookMap {
  public typealias Storage = UInt8
  public static let codebook = CodebookFormat.unsignedFloat8
}

/// The unsigned map of 4 bits, for second moments.
public enum DynamicUnsigned4: CodebookMap {
  public typealias Storage = UInt4
  public static let codebook = CodebookFormat.dynamicUnsigned4
}

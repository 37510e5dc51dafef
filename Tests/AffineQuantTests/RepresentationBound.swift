import AffineQuant

/// How far a value may lie from what its code stands for, as the rules of QuantizationNumerics say it.
///
/// A scale counts as it is stored, but not for more than the block's range asks for. Its rounding moves the
/// last codes, and with them what the largest values become; encoding, decoding and biases round in `Float`.
struct RepresentationBound {
  private let type: QuantizedType
  private let scale, bias: Double
  /// How far a scale may be from the exact one.
  private let rounding: Double
  /// The most that a step is by the block's range.
  private let step: Double

  init(_ matrix: AnyQuantized, block: Int, range: ClosedRange<Double>) {
    type = matrix.quantizedType
    let stored = Double(matrix.core.scales[block].magnitude)
    bias = matrix.core.biases.count > 0 ? Double(matrix.core.biases[block].magnitude) : 0
    let exact = Self.step(type, range, bias)
    rounding = Self.rounding(type.mapping.scale, max(exact, stored))
    // A power of two is rounded up.
    let most =
      type.mapping.scale == .e8m0 ? 2 * exact : exact + 2 * Self.rounding(type.mapping.scale, exact)
    step = max(most, Self.smallest(type))
    scale = min(stored, step)
  }

  /// The scale that a rule asks for, or the largest that it may ask for.
  private static func step(
    _ type: QuantizedType, _ range: ClosedRange<Double>, _ bias: Double
  ) -> Double {
    let codes = type.storage.codes
    let (low, high) = (range.lowerBound, range.upperBound)
    let largest = max(-low, high, 0)
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let map), _):
      return max(
        high / Double(map.values.last ?? 1), low < 0 ? low / Double(map.values.first ?? -1) : 0)
    case (_, .float(let format)): return largest / Double(format.largest)
    case (.asymmetric, _): return (max(high, 0) - min(low, 0)) / Double(codes.count - 1)
    case (.biased, _):
      // The last bit of a bias is twice its rounding. Codes reach as far on either side of it.
      let unit = type.mapping.scale == .float32 ? 0 : 2 * rounding(type.mapping.scale, bias)
      let sides = codes.lowerBound < 0 ? 2.0 : 1
      return (high - low + sides * unit) / (sides * Double(codes.upperBound))
    default: return largest / Double(codes.upperBound)
    }
  }

  private static func rounding(_ format: ScaleFormat, _ number: Double) -> Double {
    switch format {
    case .float32: max(number * 0x1p-24, 0x1p-150)
    case .float16: max(number * 0x1p-11, 0x1p-25)
    case .bfloat16: max(number * 0x1p-8, 0x1p-134)
    case .e8m0: 0
    }
  }

  /// The smallest scale there is: one with a reciprocal, for tables of values in its own type.
  private static func smallest(_ type: QuantizedType) -> Double {
    switch type.mapping.scale {
    case .float32, .bfloat16: 0x1p-126
    case .float16: type.rule == .largest ? 0x1p-14 : 0x1p-24
    case .e8m0: 0x1p-126
    }
  }

  func callAsFunction(_ value: Double) -> Double {
    let codes = type.storage.codes
    let (low, high) = (Double(codes.lowerBound), Double(codes.upperBound))
    let arithmetic = (scale * Double(codes.count) + bias + abs(value)) * 0x1p-20 + 0x1p-149
    let error =
      switch (type.rule, type.mapping.kind) {
      // Half a step of rounding, or a last code that falls short.
      case (.balanced, _): max(scale / 2, high * rounding)
      // M / (2 · high), M being −low steps; a rounded scale chooses the rule, and falls short.
      case (.extreme, _): scale * (0.5 + 0.5 / high) - 2 * low * rounding
      case (.meanMagnitude, _): max(scale / 2, abs(value) - scale)
      case (.ends, .biased) where type.mapping.scale == .float32: scale / 2
      // Half a step beyond either end, and half of the zero point's rounding.
      case (.ends, .asymmetric) where reachesBothEnds: scale
      // Each of five fits may cut half a step off: where an end is no code, where a zero point or bias is
      // rounded.
      case (.ends, _): 2.5 * step
      default: gap(at: value) / 2 + (table.last ?? 0) * rounding
      }
    return error + arithmetic
  }

  /// Whether scales of 16 bits lie so near each other that one makes both ends of the range codes.
  private var reachesBothEnds: Bool {
    switch type.mapping.scale {
    case .float16: scale >= 0x1p-13
    case .bfloat16: type.storage.bits < 8 && scale >= 0x1p-125
    default: false
    }
  }

  /// The values of codes, in steps.
  private var table: [Double] {
    switch (type.mapping.kind, type.storage) {
    case (.codebook(let map), _): map.values.map(Double.init)
    case (_, .float(let format)):
      (0..<1 << format.bits).map { Double(format.value(of: UInt8($0))) }.filter(\.isFinite).sorted()
    default: []
    }
  }

  /// What lies between the values on either side; beyond the last ones nothing, but for a first above zero.
  private func gap(at value: Double) -> Double {
    let table = table.map { $0 * scale }
    if let first = table.first, first > value, first > 0 { return 2 * (first - value) }
    guard let above = table.firstIndex(where: { $0 > value }), above > 0 else { return 0 }
    return table[above] - table[above - 1]
  }
}

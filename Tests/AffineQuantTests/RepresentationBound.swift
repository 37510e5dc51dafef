import AffineQuant

/// How far a value may lie from what its code stands for, as the rules of QuantizationNumerics say it.
///
/// The scale is a block's stored one. Its rounding moves the last code, `reach` steps from zero, and with it
/// what the largest values become; encoding, decoding and biases round in `Float`.
struct RepresentationBound {
  private let type: QuantizedType
  private let scale, bias: Double
  /// How far the stored scale may be from the exact one.
  private let rounding: Double
  /// What the range is divided into: the values' own, with zero or what a bias is rounded by.
  private let step: Double

  init(_ matrix: AnyQuantized, block: Int, range: ClosedRange<Double>) {
    type = matrix.quantizedType
    scale = Double(matrix.core.scales[block].magnitude)
    bias = matrix.core.biases.count > 0 ? Double(matrix.core.biases[block].magnitude) : 0
    rounding =
      switch type.mapping.scale {
      case .float32: max(scale * 0x1p-24, 0x1p-150)
      case .float16: max(scale * 0x1p-11, 0x1p-25)
      case .bfloat16: max(scale * 0x1p-8, 0x1p-134)
      case .e8m0: 0
      }
    let codes = type.storage.codes
    guard type.mapping.kind == .biased else {
      let width = max(range.upperBound, 0) - min(range.lowerBound, 0)
      step = max(scale, width / Double(codes.count - 1))
      return
    }
    // The last bit of a bias is twice its rounding. Codes reach as far on either side of it.
    let unit = type.mapping.scale == .float32 ? 0 : 2 * rounding * max(bias / scale, 1)
    let width = range.upperBound - range.lowerBound
    let sides = codes.lowerBound < 0 ? 2.0 : 1
    step = max(scale, (width + sides * unit) / (sides * Double(codes.upperBound)))
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
      // Each of five fits may cut half a step off: where an end is no code, where a zero point or bias is
      // rounded.
      case (.ends, _): 2.5 * (step + 2 * rounding)
      default: gap(at: value) / 2 + (table.last ?? 0) * rounding
      }
    return error + arithmetic
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

internal import AffineKernels

extension EncodingKernels {
  /// The code of one value by the definition.
  func code(_ value: Float, _ block: BlockParameters, element: Int) -> Int {
    let terms = terms(of: block)
    return encoding.code(encoding.number(value, terms), zeroPoint: terms.zeroPoint) {
      rounding.round($0, element: element)
    }
  }

  /// What encodes the values of a block.
  func terms(of block: BlockParameters) -> EncodingTerms {
    switch encoding.kind {
    case .float, .table: return EncodingTerms(factor: block.scale)
    case .whole where encoding.multiplies:
      return EncodingTerms(
        factor: chooser.inverse(block.scale), zeroPoint: Float(block.zeroPoint))
    case .whole where chooser.rule != .tinygemm:
      return EncodingTerms(shift: block.encodingBias, factor: block.encodingScale)
    case .whole:
      let format = chooser.type.mapping.scale
      let minimum = format.round(block.bias - format.round(block.scale * chooser.tinygemmMiddle))
      return EncodingTerms(shift: minimum, factor: block.scale, zeroPoint: chooser.low)
    }
  }
}

extension Rounding {
  /// The same for kernels.
  var c: Int32 {
    switch self {
    case .nearestEven: Int32(AQ_NEAREST)
    case .floor: Int32(AQ_DOWN)
    case .towardZero: Int32(AQ_TO_ZERO)
    case .stochastic: Int32(AQ_AT_RANDOM)
    }
  }
}

extension ElementType {
  /// The same for kernels.
  var c: Int32 {
    switch self {
    case .float32: Int32(AQ_IN_F32)
    case .float16: Int32(AQ_IN_F16)
    case .bfloat16: Int32(AQ_IN_BF16)
    }
  }
}

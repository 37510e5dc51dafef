extension CodeMatrix {
  /// Quantizes to a type whose scales are codes: chooses parameters as if they were numbers, makes codes of
  /// them, and encodes with what those stand for.
  static func quantizeWithCodedScales<Element: FloatElement>(
    _ values: Matrix<Element>, as type: QuantizedType, _ options: QuantizationOptions,
    _ execution: Execution
  ) throws(QuantizationError) -> CodeMatrix {
    let parameters = try flatParameters(for: values, as: type, options, execution)
    return try quantize(values, as: type, codingScales: parameters, options, execution)
  }

  /// Encodes with the parameters that are nearest to given ones.
  static func quantize<Element: FloatElement>(
    _ values: Matrix<Element>, as type: QuantizedType,
    codingScales parameters: QuantizationParameters,
    _ options: QuantizationOptions, _ execution: Execution
  ) throws(QuantizationError) -> CodeMatrix {
    var options = options
    options.rule = options.rule ?? type.rule
    options.codes = options.codes ?? type.storage.codes
    let quantizer = try Quantizer(values, type.flat, options, execution)
    _ = try BlockRanges(values, quantizer.grid, execution)
    try parameters.checkCounts(type, quantizer.grid)
    let coded = try QuantizedScales(
      nearest: parameters.scales.span, parameters.biases.span, type, quantizer.grid)
    return try quantizer.encode(coded, parameters.zeroPoints, type)
  }

  /// The same with scales that are codes already.
  package static func quantize(
    _ values: Matrix<Float>, as type: QuantizedType, with coded: QuantizedScales,
    _ execution: Execution = .standard
  ) throws(QuantizationError) -> CodeMatrix {
    let options = QuantizationOptions(rule: type.rule, codes: type.storage.codes)
    return try Quantizer(values, type.flat, options, execution).encode(coded, [], type)
  }

  /// The parameters that the rule chooses, as numbers. Codes without sign hold no scale below zero and no bias
  /// above it where others are on the other side, so that none is then.
  static func flatParameters<Element: FloatElement>(
    for values: Matrix<Element>, as type: QuantizedType, _ options: QuantizationOptions,
    _ execution: Execution
  ) throws(QuantizationError) -> QuantizationParameters {
    var options = options
    options.rule = options.rule ?? type.rule
    var parameters = try chooseParameters(for: values, as: type.flat, options, execution)
    let codes = options.codes ?? type.storage.codes
    let (first, last) = (Float(codes.lowerBound), Float(codes.upperBound))
    guard last > 0, type.mapping.codes?.isSigned == false else { return parameters }
    for index in parameters.biases.indices {
      var (scale, bias) = (parameters.scales[index], parameters.biases[index])
      // The same range, counted from its other end.
      if scale < 0 { (scale, bias) = (-scale, bias + (first + last) * scale) }
      // The largest value stays the last code; the smallest lies above the first.
      if bias > 0 { (scale, bias) = ((bias + last * scale) / last, 0) }
      (parameters.scales[index], parameters.biases[index]) = (scale, bias)
    }
    return parameters
  }
}

extension Quantizer {
  /// Encodes with scales that are codes. A scale of zero has no reciprocal: all codes are those of its bias then.
  fileprivate func encode(
    _ coded: QuantizedScales, _ zeroPoints: [Int16], _ type: QuantizedType
  ) throws(QuantizationError) -> CodeMatrix {
    let (scales, biases) = coded.numbers
    let blocks = (0..<scales.count).map { index in
      let scale = scales[index], bias = biases.count > 0 ? biases[index] : 0
      return BlockParameters(
        scale: scale, zeroPoint: zeroPoints.isEmpty ? 0 : zeroPoints[index], bias: bias,
        encodingScale: scale == 0 ? .infinity : scale, encodingBias: bias)
    }
    let flat = encode(blocks)
    let parts = CodeMatrix.Parts(codes: flat.codes, coded: coded, zeroPoints: flat.zeroPoints)
    return try CodeMatrix(type: type, grid: grid, parts: parts)
  }
}

extension QuantizationParameters {
  /// One number a block where the mapping has them, and none else.
  func checkCounts(_ type: QuantizedType, _ grid: BlockGrid) throws(QuantizationError) {
    let (kind, blocks) = (type.mapping.kind, grid.extent.count)
    for (what, expected, found) in [
      ("scales", blocks, scales.count),
      ("zero points", kind == .asymmetric ? blocks : 0, zeroPoints.count),
      ("biases", kind == .biased ? blocks : 0, biases.count),
    ] where expected != found {
      throw .shape(.wrongCount(of: what, expected: expected, found: found))
    }
  }
}

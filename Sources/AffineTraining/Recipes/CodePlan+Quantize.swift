internal import AffineQuant

extension CodePlan {
  /// Quantizes an operand for a product that contracts one of its axes.
  ///
  /// - Parameters:
  ///   - values: The operand.
  ///   - axis: What the product sums over.
  ///   - step: The trained step, where scales are ``Scale/learned``; without one the step that training
  ///     would start with.
  ///   - noise: What rounds at random.
  ///   - execution: Threads; the result does not depend on them.
  /// - Returns: Codes of ``type(contracting:)``.
  /// - Throws: ``AffineQuant/QuantizationError``: values that are not finite.
  func quantize(
    _ values: Matrix<Float>, contracting axis: ContractedAxis, step: Float? = nil, _ noise: Noise,
    _ execution: Execution
  ) throws(QuantizationError) -> AnyQuantized {
    let type = try type(contracting: axis)
    var options = fixedOptions
    if rounding == .stochastic { options.rounding = noise.nextRounding() }
    switch scale {
    case .largest, .halfStep, .fullRange, .range:
      return try AnyQuantized(quantizing: values, as: type, options, on: execution)
    case .meanMagnitude:
      // 1e-5 as in the source: a weight of zeros has a scale.
      let mean = max(values.meanMagnitude(on: execution), 1e-5)
      return try quantize(
        values, as: type, .whole(values.shape, scale: mean), options, execution)
    case .learned:
      let first = try step == nil ? LearnedStep(for: values, on: execution).value : 0
      return try quantize(
        values, as: type, .whole(values.shape, scale: step ?? first), options, execution)
    case .meanRange:
      var range = MovingRange()
      try range.observe(values, on: execution)
      // An empty matrix has no range and no block.
      let none = QuantizationParameters(scales: [], zeroPoints: [])
      return try quantize(values, as: type, range.parameters ?? none, options, execution)
    }
  }

  /// Quantizes an operand for a product that contracts its columns, and for one that contracts its rows by another
  /// plan, from one reading of the values.
  ///
  /// - Precondition: Both plans join axes.
  func quantize(
    _ values: Matrix<Float>, rowsBy other: CodePlan, _ execution: Execution
  ) throws(QuantizationError) -> (columns: AnyQuantized, rows: AnyQuantized) {
    precondition(joinsAxes && other.joinsAxes)
    let found = try AnyQuantized.quantizingBothAxes(
      of: values, rows: type(contracting: .columns), fixedOptions,
      columns: other.type(contracting: .rows), other.fixedOptions, on: execution)
    return (found.rows, found.columns)
  }

  /// The options but for what is random.
  private var fixedOptions: QuantizationOptions {
    var options = options
    options.rounding = rounding == .towardZero ? .towardZero : .nearestEven
    return options
  }

  private func quantize(
    _ values: Matrix<Float>, as type: QuantizedType, _ parameters: QuantizationParameters,
    _ options: QuantizationOptions, _ execution: Execution
  ) throws(QuantizationError) -> AnyQuantized {
    try AnyQuantized(quantizing: values, as: type, with: parameters, options, on: execution)
  }
}

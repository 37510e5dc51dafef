internal import AffineLayers
public import AffineQuant

extension Tape {
  /// A weight whose codes stay while its scales, and its zero points or biases, are trained: learned
  /// ranges.
  ///
  ///     value = scale · (code − zero point), or scale · code + bias
  ///
  /// A zero point is the whole number that is nearest to its parameter, and a scale of few bits the
  /// nearest that there is; gradients pass this rounding (arXiv 1308.3432).
  ///
  /// - Parameters:
  ///   - codes: The codes and the type; its own parameters count only where none are given.
  ///   - scales: In the shape of the grid of blocks, as ``AffineQuant/AnyQuantized/scales``.
  ///   - offsets: Zero points or biases, as ``AffineQuant/AnyQuantized/offsets``.
  ///   - name: Names the weight in errors.
  /// - Returns: The weight, for ``linear(_:_:recipe:steps:name:)``.
  /// - Throws: ``TrainingError/quantization(tensor:_:)``: shapes that differ, offsets for a mapping that
  ///   has none, numbers that are not finite.
  public func quantizedWeight(
    _ codes: AnyQuantized, scales: Variable, offsets: Variable? = nil, name: String = "weight"
  ) throws(TrainingError) -> Variable {
    let execution = execution
    let weight = try named(name) { () throws(QuantizationError) in
      try codes.with(
        scales: scales.value.floats(on: execution), offsets: offsets?.value.floats(on: execution))
    }
    let hasOffsets = offsets != nil
    return record(.codes(weight), from: [scales] + (offsets.map { [$0] } ?? []), saving: []) {
      gradient, _ in
      let parts = weight.parameterGradients(gradient.floats(on: execution), on: execution)
      return [.float32(parts.scales)] + (hasOffsets ? [parts.offsets.map { .float32($0) }] : [])
    }
  }
}

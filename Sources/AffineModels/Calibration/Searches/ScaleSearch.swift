internal import AffineQuant

/// Looks for the scale of a block that its values lose least by, where the range gives but a start.
///
/// Each part 0.55, 0.575, … 1.1 of the range is tried. A symmetric scale is tried with both signs, since one
/// sign has a code more than the other: −8 … 7 becomes −7 … 8. A biased block's ends move inwards apart
/// from each other, by 0, 0.025, … 0.15 of the range.
struct ScaleSearch: Sendable {
  /// What the square of each column's error counts, not below 0.
  let importance: [Float]

  private static let parts = (0...22).map { 0.55 + 0.025 * Float($0) }
  private static let margins = (0...6).map { 0.025 * Float($0) }

  /// The best parameters for values that start at a column; those of the range where nothing is better, which
  /// are not usable if nothing is.
  func parameters(
    of values: borrowing Span<Float>, from column: Int, _ quantizer: BlockQuantizer
  ) -> BlockParameters {
    var best = quantizer.parameters(of: values)
    var least = error(values, from: column, best, quantizer)
    for candidate in candidates(best, values, quantizer) where candidate.isUsable {
      let error = error(values, from: column, candidate, quantizer)
      if error < least { (least, best) = (error, candidate) }
    }
    return best
  }

  private func candidates(
    _ start: BlockParameters, _ values: borrowing Span<Float>, _ quantizer: BlockQuantizer
  ) -> [BlockParameters] {
    switch quantizer.type.mapping.kind {
    case .symmetric where quantizer.type.storage.isInteger:
      // A power of two has no sign.
      let signs: [Float] = quantizer.type.mapping.scale == .e8m0 ? [1] : [1, -1]
      return Self.parts.flatMap { part in
        signs.map { quantizer.parameters(scale: $0 * part * start.scale, bias: 0) }
      }
    case .biased:
      var (minimum, maximum) = (Float.infinity, -Float.infinity)
      for index in values.indices {
        minimum = min(minimum, values[index])
        maximum = max(maximum, values[index])
      }
      let codes = quantizer.type.storage.codes
      let (steps, width) = (Float(codes.count - 1), maximum - minimum)
      return Self.margins.flatMap { below in
        Self.margins.map { above in
          let scale = (1 - below - above) * width / steps
          let low = minimum + below * width
          return quantizer.parameters(scale: scale, bias: low - scale * Float(codes.lowerBound))
        }
      }
    case .symmetric, .asymmetric, .codebook: return []
    }
  }

  private func error(
    _ values: borrowing Span<Float>, from column: Int, _ parameters: BlockParameters,
    _ quantizer: BlockQuantizer
  ) -> Double {
    guard parameters.isUsable else { return .infinity }
    var sum = 0.0
    for index in values.indices {
      let code = quantizer.code(values[index], parameters)
      let distance = Double(values[index] - quantizer.value(code, parameters))
      sum += Double(importance[column + index]) * distance * distance
    }
    return sum
  }
}

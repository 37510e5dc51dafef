public import AffineQuant

/// Divides inputs with outliers by factors and multiplies the weight by them, so that both are easy to
/// quantize; then rounds to nearest.
///
///     factor = max|x|^α / max|w|^(1 − α), column by column, over all layers that read the input
///
/// For codes of weights and of activations, as int8. Where nothing can divide the input, it is not smoothed.
///
/// Source: Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language
/// Models" (arXiv 2211.10438).
public struct SmoothQuant: QuantizationMethod {
  public let name = "smoothquant"
  public let needsInputs = true
  /// How much of the difficulty moves into the weight: 0 … 1.
  public var alpha = 0.5

  /// The least of a maximum and of a factor, as the authors have it.
  private static let floor = 1e-5

  /// Starts with the number of the paper.
  public init() {}

  public func quantize(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> QuantizedGroup {
    guard let factors = try factors(group, on: execution) else {
      return try RoundToNearest().quantize(group, on: execution)
    }
    let quantized = try group.members.map { member throws(CalibrationError) in
      try member.roundedToNearest(factors: factors, on: execution)
    }
    return QuantizedGroup(quantized, factors: factors)
  }

  /// What the columns of the input are divided by; `nil` where nothing can divide them.
  func factors(
    _ group: LayerGroup, on execution: Execution
  ) throws(CalibrationError) -> [Float]? {
    guard (0...1).contains(alpha) else {
      throw .setting(method: name, name: "alpha", value: alpha)
    }
    let inputs = try group.requireInputs(name)
    guard group.takesFactors else { return nil }
    var weights = [Double](repeating: Self.floor, count: group.columns)
    for member in group.members {
      let largest = Matrix.gathered(
        rows: member.weight.shape.rows, columns: group.columns, from: 0, on: execution, combine: max
      ) { row, partial in
        let values = member.weight.row(row)
        for column in values.indices {
          partial[column] = max(partial[column], values[column].magnitude)
        }
      }
      for column in weights.indices { weights[column] = max(weights[column], largest[column]) }
    }
    return zip(inputs.largestMagnitudes, weights).map { input, weight in
      let factor =
        FloatFunctions.power(max(input, Self.floor), alpha)
        / FloatFunctions.power(weight, 1 - alpha)
      return Float(max(factor, Self.floor))
    }
  }
}

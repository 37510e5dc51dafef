public import AffineQuant

/// One linear layer of a model: `X · Wᵀ + b`.
public struct Linear: Sendable {
  /// The weight, outputs × inputs.
  public var weight: LinearWeight
  /// 1 × outputs, if the layer has one.
  public var bias: Matrix<Float>?
  /// What columns of the input are multiplied by first, 1 × inputs: what AWQ or SmoothQuant took out
  /// of the weight where no norm before the layer could take it.
  public var inputFactors: Matrix<Float>?

  /// A layer of a weight alone.
  public init(weight: LinearWeight) { self.weight = weight }

  /// Collects the parts.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a bias or factors that do not fit the weight.
  public init(
    _ weight: LinearWeight, bias: Matrix<Float>? = nil, inputFactors: Matrix<Float>? = nil
  ) throws(QuantizationError) {
    let shape = weight.shape
    for (what, row, expected) in [
      ("bias", bias, shape.rows), ("input factors", inputFactors, shape.columns),
    ] where row != nil && row?.shape != Shape(1, expected) {
      throw .shape(.wrongCount(of: what, expected: expected, found: row?.shape.count ?? 0))
    }
    self.weight = weight
    self.bias = bias
    self.inputFactors = inputFactors
  }

  /// The output for each row of an input.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: another depth, or inputs that are not finite and must be quantized.
  public func callAsFunction(
    _ input: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    var input = input
    if let inputFactors {
      input = Elementwise.scaleColumns(input, by: inputFactors.values.array, on: execution)
    }
    let output = try weight.product(input, execution)
    guard let bias else { return output }
    return Elementwise.addRow(output, bias, on: execution)
  }
}

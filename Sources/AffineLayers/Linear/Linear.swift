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
  /// What a low-rank adapter adds to the outputs; it reads the input as it came.
  public var change: LowRankChange?

  /// A layer of a weight alone, outputs × inputs.
  public init(weight: LinearWeight) { self.weight = weight }

  /// Collects the parts.
  ///
  /// - Parameters:
  ///   - weight: Outputs × inputs.
  ///   - bias: `1 × outputs`; `nil`: none.
  ///   - inputFactors: `1 × inputs`, what columns of the input are multiplied by first; `nil`: 1.
  ///   - change: What an adapter adds to the outputs.
  /// - Throws: ``AffineQuant/QuantizationError``: a bias, factors or a change that do not fit the weight.
  public init(
    _ weight: LinearWeight, bias: Matrix<Float>? = nil, inputFactors: Matrix<Float>? = nil,
    change: LowRankChange? = nil
  ) throws(QuantizationError) {
    let shape = weight.shape
    for (what, row, expected) in [
      ("bias", bias, shape.rows), ("input factors", inputFactors, shape.columns),
    ] where row != nil && row?.shape != Shape(1, expected) {
      throw .shape(.wrongCount(of: what, expected: expected, found: row?.shape.count ?? 0))
    }
    if let change, Shape(change.b.shape.rows, change.a.shape.columns) != shape {
      throw .shape(
        .wrongCount(
          of: "values of a change", expected: shape.count,
          found: change.b.shape.rows * change.a.shape.columns))
    }
    self.weight = weight
    self.bias = bias
    self.inputFactors = inputFactors
    self.change = change
  }

  /// The output for each row of an input.
  ///
  /// - Parameters:
  ///   - input: `m × inputs`.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: `m × outputs` values.
  /// - Throws: ``AffineQuant/QuantizationError``: another depth, or inputs that are not finite and must be quantized.
  public func callAsFunction(
    _ input: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    let scaled = inputFactors.map {
      Elementwise.scaleColumns(input, by: $0.values.array, on: execution)
    }
    var output = try weight.product(scaled ?? input, execution)
    if let bias { output = Elementwise.addRow(output, bias, on: execution) }
    guard let change else { return output }
    do throws(ShapeError) {
      Elementwise.accumulate(&output, try change(input, on: execution), on: execution)
    } catch { throw .shape(error) }
    return output
  }
}

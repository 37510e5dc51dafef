internal import AffineLayers
internal import AffineQuant

/// A norm of BERT: its output is the input of linear layers, and is added to theirs.
struct BertNorm: Sendable {
  private(set) var weight: Matrix<Float>
  private(set) var bias: Matrix<Float>
  let epsilon: Float
  /// What the output was divided by for the linear layers, 1 × width, and what others multiply it by.
  private(set) var divisors: Matrix<Float>?

  init(
    weight: Matrix<Float>, bias: Matrix<Float>, epsilon: Float, divisors: Matrix<Float>? = nil
  ) {
    self.divisors = divisors
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  func callAsFunction(_ x: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    RowNorm.layer(x, weight: weight, bias: bias, epsilon: epsilon, on: execution).output
  }

  /// The output as it was before any division.
  func restored(_ output: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    guard let divisors else { return output }
    return Elementwise.scaleColumns(output, by: divisors.values.array, on: execution)
  }

  /// Divides the output.
  mutating func divide(by factors: Matrix<Float>) {
    precondition(factors.shape == weight.shape, "factors of \(factors.shape)")
    let columns = weight.shape.columns
    let before = divisors
    weight = Matrix(rows: 1, columns: columns) { [weight] in weight[$0, $1] / factors[$0, $1] }
    bias = Matrix(rows: 1, columns: columns) { [bias] in bias[$0, $1] / factors[$0, $1] }
    divisors = Matrix(rows: 1, columns: columns) { (before?[$0, $1] ?? 1) * factors[$0, $1] }
  }
}

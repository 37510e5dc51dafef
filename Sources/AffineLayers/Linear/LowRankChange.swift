public import AffineQuant

/// What is added to a linear layer beside its weight: `y += factor · (x · Aᵀ) · Bᵀ`.
///
/// Source: Hu et al., "LoRA" (arXiv 2106.09685).
public struct LowRankChange: Sendable, Equatable {
  /// Rank × inputs, and outputs × rank.
  public let a, b: Matrix<Float>
  /// What the product is multiplied with.
  public let factor: Float

  /// Collects the parts.
  ///
  /// - Parameters:
  ///   - a: Rank × inputs.
  ///   - b: Outputs × rank.
  ///   - factor: What the product is multiplied with.
  /// - Throws: ``AffineQuant/ShapeError``: two matrices of different ranks.
  public init(a: Matrix<Float>, b: Matrix<Float>, factor: Float) throws(ShapeError) {
    guard a.shape.rows == b.shape.columns else {
      throw .mismatchedExtent(axis: "rank", lhs: a.shape.rows, rhs: b.shape.columns)
    }
    self.a = a
    self.b = b
    self.factor = factor
  }

  /// `factor · B · A`: what is added to the weight, outputs × inputs.
  public func values(on execution: Execution = .standard) -> Matrix<Float> {
    let scaled = Elementwise.scale(b, by: factor, on: execution)
    guard let values = try? inputGradient(scaled, a, on: execution) else {
      preconditionFailure("a change of \(b.shape) and \(a.shape)")
    }
    return values
  }

  /// What is added to the outputs for each row of an input.
  func callAsFunction(
    _ input: Matrix<Float>, on execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    let narrow = Elementwise.scale(
      try linear(input, a, on: execution), by: factor, on: execution)
    return try linear(narrow, b, on: execution)
  }
}

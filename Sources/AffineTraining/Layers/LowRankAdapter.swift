internal import AffineLayers
internal import AffineQuant

/// A trained change of low rank beside a frozen weight: `y += (alpha / rank) · (x · Aᵀ) · Bᵀ`.
///
/// Source: Hu et al., "LoRA" (arXiv 2106.09685); beside a weight in codes it is QLoRA (arXiv
/// 2305.14314).
struct LowRankAdapter: Sendable {
  /// Of `x`, `rank × k`.
  let a: Int
  /// `n × rank`.
  let b: Int
  /// `alpha / rank`.
  let factor: Float

  /// Adds A with the deviation of PyTorch's linear layers, and B of zeros: nothing changes at first.
  init(
    _ name: String, of weight: Shape, rank: Int, factor: Float,
    to builder: inout ParameterBuilder
  ) {
    let deviation = (1 / (3 * Float(weight.columns))).squareRoot()
    a = builder.add("\(name).lora.a", Shape(rank, weight.columns), deviation: deviation)
    b = builder.add("\(name).lora.b", Shape(weight.rows, rank), of: 0)
    self.factor = factor
  }

  /// What is added to the layer's result. Products are float, whatever the recipe.
  func callAsFunction(
    _ x: Variable, _ name: String, _ pass: TapePass
  ) throws(TrainingError) -> Variable {
    let narrow = try pass.tape.linear(x, pass.variables[a], name: "\(name).lora.a")
    return try pass.tape.linear(
      pass.tape.scale(narrow, by: factor), pass.variables[b], name: "\(name).lora.b")
  }

  /// The same for a model that runs.
  func change(_ parameters: [Parameter]) throws(ShapeError) -> LowRankChange {
    try LowRankChange(
      a: parameters[a].value.floats(), b: parameters[b].value.floats(), factor: factor)
  }
}

/// The adapters of a model.
struct LowRankAdapters: Sendable {
  /// `alpha / rank` of all of them.
  let factor: Float
  /// By the place of the frozen weight among the parameters.
  let layers: [Int: LowRankAdapter]
  /// What the learning rates of all other parameters were multiplied with before they were frozen.
  let factors: [Float]
}

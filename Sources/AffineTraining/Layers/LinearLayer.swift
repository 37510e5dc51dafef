internal import AffineQuant

/// `X · Wᵀ`, without bias.
struct LinearLayer: Sendable {
  let name: String
  /// `n × k`.
  let weight: Int
  /// The trained steps of inputs and weight, where a recipe may ask for them.
  let steps: (input: Int, weight: Int)?

  /// Adds a weight with the deviation of PyTorch's linear layers, and steps of 0: not measured yet.
  init(_ name: String, _ inputs: Int, _ outputs: Int, to builder: inout ParameterBuilder) {
    self.name = name
    weight = builder.add(
      "\(name).weight", Shape(outputs, inputs), deviation: (1 / (3 * Float(inputs))).squareRoot())
    guard builder.learnsSteps else {
      steps = nil
      return
    }
    steps = (
      builder.add("\(name).inputStep", columns: 1, of: 0),
      builder.add("\(name).weightStep", columns: 1, of: 0)
    )
  }

  func callAsFunction(_ x: Variable, _ pass: ForwardPass) throws(TrainingError) -> Variable {
    let input = pass.recipe.normalizesInputs ? try pass.tape.rootMeanSquareNorm(x) : x
    let output = try pass.tape.linear(
      input, pass[weight], recipe: pass.recipe,
      steps: steps.map { (pass[$0.input], pass[$0.weight]) },
      name: name)
    guard let adapter = pass.adapters[weight] else { return output }
    return try pass.tape.add(output, try adapter(input, name, pass))
  }
}

internal import AffineQuant

extension Linear {
  /// One layer for several that read the same input, or `nil` where their types differ or their blocks
  /// do not meet.
  package init?(joining layers: ArraySlice<Linear>) {
    guard let first = layers.first,
      layers.allSatisfy({
        $0.inputFactors == first.inputFactors && ($0.bias == nil) == (first.bias == nil)
      })
    else { return nil }
    var weight = first.weight
    for layer in layers.dropFirst() {
      guard let both = LinearWeight(weight, above: layer.weight) else { return nil }
      weight = both
    }
    self.weight = weight
    inputFactors = first.inputFactors
    let biases = layers.compactMap(\.bias)
    bias =
      biases.isEmpty
      ? nil : Matrix(validated: Shape(1, weight.shape.rows), Buffer(biases.flatMap(\.values.array)))
  }
}

extension LinearWeight {
  /// One weight above another, if both are of one type and their inputs too.
  fileprivate init?(_ upper: LinearWeight, above lower: LinearWeight) {
    guard upper.shape.columns == lower.shape.columns else { return nil }
    switch (upper, lower) {
    case (.float(let upper), .float(let lower)):
      let shape = Shape(upper.shape.rows + lower.shape.rows, upper.shape.columns)
      self = .float(
        Matrix(validated: shape, Buffer(upper.values.array + lower.values.array)))
    case (.quantized(let upper), .quantized(let lower)):
      guard let both = PackedWeight(upper, above: lower) else { return nil }
      self = .quantized(both)
    case (
      .fixed(let upper, let inputs, let parameters),
      .fixed(let lower, let otherInputs, let otherParameters)
    ):
      guard inputs == otherInputs, parameters == otherParameters,
        let both = PackedWeight(upper, above: lower)
      else { return nil }
      self = .fixed(both, inputs: inputs, parameters: parameters)
    default: return nil
    }
  }
}

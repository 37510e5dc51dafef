internal import AffineQuant

extension Linear {
  /// One layer for several that read the same input, or `nil` where their types differ or their blocks
  /// do not meet.
  init?(joining layers: [Linear], floats: Bool) {
    guard let first = layers.first,
      layers.allSatisfy({
        $0.inputFactors == first.inputFactors && ($0.bias == nil) == (first.bias == nil)
          && $0.change == nil
      })
    else { return nil }
    if case .float = first.weight, !floats { return nil }
    var weight = first.weight
    for layer in layers.dropFirst() {
      guard let both = LinearWeight(weight, above: layer.weight) else { return nil }
      weight = both
    }
    let biases = layers.compactMap(\.bias)
    self.init(weight: weight)
    inputFactors = first.inputFactors
    if !biases.isEmpty { bias = Matrix(besideEachOther: biases) }
  }

  /// The layer of some of the outputs of one that was joined.
  func outputs(_ range: Range<Int>) -> Linear {
    var part = Linear(weight: weight.outputs(range))
    part.inputFactors = inputFactors
    part.bias = bias.map { bias in
      Matrix(rows: 1, columns: range.count) { bias[0, range.lowerBound + $1] }
    }
    return part
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

  /// Some of the rows of weights that were joined.
  fileprivate func outputs(_ range: Range<Int>) -> LinearWeight {
    func part(_ packed: PackedWeight) -> PackedWeight {
      guard let rows = try? packed.unpacked.rows(range) else {
        preconditionFailure("rows \(range) of \(packed.shape)")
      }
      return PackedWeight(rows, inputs: packed.inputs)
    }
    return switch self {
    case .float(let matrix):
      .float(Embedding.gather(matrix, rows: Array(range), on: .threads(1)))
    case .quantized(let packed): .quantized(part(packed))
    case .fixed(let packed, let inputs, let parameters):
      .fixed(part(packed), inputs: inputs, parameters: parameters)
    case .outliers: preconditionFailure("weights with outliers are never joined")
    }
  }
}

internal import AffineQuant

/// Normalizes rows.
struct NormLayer: Sendable {
  let name: String
  let kind: TransformerShape.Norm
  let weight: Int
  let bias: Int?
  /// Whether layers that exchange codes get them from here.
  let flows: Bool

  init(
    _ name: String, _ shape: TransformerShape, flows: Bool = true,
    to builder: inout ParameterBuilder
  ) {
    self.name = name
    kind = shape.norm
    self.flows = flows
    weight = builder.add("\(name).weight", columns: shape.width, of: 1)
    bias = kind == .rms ? nil : builder.add("\(name).bias", columns: shape.width, of: 0)
  }

  func callAsFunction(_ x: Variable, _ pass: ForwardPass) throws(TrainingError) -> Variable {
    let bias = bias.map { pass[$0] }
    return switch kind {
    case .layer:
      try pass.tape.layerNorm(x, weight: pass[weight], bias: bias, flows: flows, name: name)
    case .rms: try pass.tape.rootMeanSquareNorm(x, weight: pass[weight], flows: flows, name: name)
    case .range:
      try pass.tape.rangeNorm(x, weight: pass[weight], bias: bias, flows: flows, name: name)
    }
  }
}

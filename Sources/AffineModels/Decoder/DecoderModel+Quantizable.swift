public import AffineLayers
public import AffineQuant

extension DecoderModel: QuantizableModel {
  public var linearNames: [String] { linearLayers.map(\.name) }

  public subscript(linear name: String) -> Linear {
    get { self[layer(name)] }
    set { self[layer(name)] = newValue }
  }

  public var normGroups: [NormGroup] {
    let inside = configuration.blocks.indices.flatMap { block in
      [
        (DecoderLayer.BlockNorm.attention, [.query, .key, .value]),
        (.feedForward, configuration.feedForwardInputs),
      ].map { norm, linears in
        NormGroup(
          norm: DecoderLayer.blockNorm(block: block, norm).name,
          linears: linears.map { DecoderLayer.linear(block: block, $0).name })
      }
    }
    guard !configuration.isTied else { return inside }
    return inside + [NormGroup(norm: DecoderLayer.norm.name, linears: [DecoderLayer.head.name])]
  }

  public mutating func divideNorm(_ name: String, by factors: Matrix<Float>) {
    let norms =
      configuration.blocks.indices.flatMap { block in
        [.attention, .feedForward].map { DecoderLayer.blockNorm(block: block, $0) }
      } + [.norm]
    guard let norm = norms.first(where: { $0.name == name }) else {
      preconditionFailure("there is no norm '\(name)'")
    }
    divideNorm(norm, by: factors)
  }

  public func run(
    _ tokens: [Int], on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) throws -> Void
  ) throws -> Matrix<Float> {
    try run(tokens, execution, observe)
  }

  private func layer(_ name: String) -> DecoderLayer {
    guard let layer = linearLayers.first(where: { $0.name == name }) else {
      preconditionFailure("there is no linear layer '\(name)'")
    }
    return layer
  }
}

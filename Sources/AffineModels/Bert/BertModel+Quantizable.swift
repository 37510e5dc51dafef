public import AffineLayers
public import AffineQuant

extension BertModel: QuantizableModel {
  public var linearNames: [String] {
    blocks.indices.flatMap { layer in BertBlock.Part.allCases.map { architecture.name(layer, $0) } }
  }

  public subscript(linear name: String) -> Linear {
    get {
      let (layer, part) = place(of: name)
      return blocks[layer][part]
    }
    set {
      let (layer, part) = place(of: name)
      precondition(
        newValue.weight.shape == part.shape(configuration), "\(name) of \(newValue.weight.shape)")
      blocks[layer][part] = newValue
    }
  }

  private func place(of name: String) -> (layer: Int, part: BertBlock.Part) {
    for layer in blocks.indices {
      for part in BertBlock.Part.allCases where architecture.name(layer, part) == name {
        return (layer, part)
      }
    }
    preconditionFailure("there is no linear layer '\(name)'")
  }

  /// The norms that linear layers read; the last one is read by the mean over tokens alone.
  public var normGroups: [NormGroup] {
    blocks.indices.flatMap { layer in
      [
        NormGroup(
          norm: layer == 0 ? Self.embeddingNormName : architecture.outputNormName(layer - 1),
          linears: [BertBlock.Part.query, .key, .value].map { architecture.name(layer, $0) }),
        NormGroup(
          norm: architecture.attentionNormName(layer), linears: [architecture.name(layer, .inner)]),
      ]
    }
  }

  /// What a norm writes is also added to the output of the layers after it; there it is multiplied
  /// again.
  public mutating func divideNorm(_ name: String, by factors: Matrix<Float>) {
    if name == Self.embeddingNormName { return embeddingNorm.divide(by: factors) }
    for layer in blocks.indices {
      if name == architecture.attentionNormName(layer) {
        return blocks[layer].attentionNorm.divide(by: factors)
      }
      if name == architecture.outputNormName(layer), layer + 1 < blocks.count {
        return blocks[layer].outputNorm.divide(by: factors)
      }
    }
    preconditionFailure("no linear layers read a norm '\(name)'")
  }

  public func run(
    _ tokens: [Int], on execution: Execution,
    observe: (_ linear: String, _ input: Matrix<Float>) throws -> Void
  ) throws -> Matrix<Float> {
    try check([tokens], first: 0)
    var failure: (any Error)?
    let hidden = try forward([tokens], on: execution) { name, input in
      guard failure == nil else { return }
      do { try observe(name, input) } catch { failure = error }
    }
    if let failure { throw failure }
    return hidden
  }

  static let embeddingNormName = "embeddings.LayerNorm"

  private var architecture: EncoderArchitecture { configuration.architecture }
}

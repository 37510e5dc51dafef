public import AffineLayers

/// The tensors of a model that was trained here.
public struct CheckpointWeights: DecoderWeights {
  public let configuration: DecoderConfiguration
  private let tensors: [String: StoredMatrix]
  /// What the products of adapters are multiplied with, if there are any.
  private let adapterFactor: Float?

  /// What the configuration is called among the texts of a checkpoint.
  static let configurationName = "configuration"

  /// Takes what ``Transformer/checkpoint`` gives.
  ///
  /// - Throws: ``CheckpointError``: no configuration, or one that cannot be read.
  public init(_ checkpoint: Checkpoint) throws(CheckpointError) {
    let text = try checkpoint.text(Self.configurationName)
    guard let configuration = DecoderConfiguration(json: text) else {
      throw .wrongText(
        name: Self.configurationName, expected: "a decoder's configuration", found: text)
    }
    adapterFactor =
      checkpoint.metadata[Transformer.factorName] == nil
      ? nil : try checkpoint.float(Transformer.factorName)
    self.configuration = configuration
    tensors = checkpoint.tensors
  }

  public func tensor(_ tensor: DecoderTensor) -> StoredMatrix? { tensors[tensor.name] }

  public func change(of layer: DecoderLayer) throws -> LowRankChange? {
    guard let adapterFactor, let a = tensors["\(layer.name).lora.a"],
      let b = tensors["\(layer.name).lora.b"]
    else { return nil }
    return try LowRankChange(a: a.floats(), b: b.floats(), factor: adapterFactor)
  }
}

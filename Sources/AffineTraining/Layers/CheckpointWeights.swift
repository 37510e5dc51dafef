public import AffineLayers

/// The tensors of a model that was trained here.
public struct CheckpointWeights: DecoderWeights {
  public let configuration: DecoderConfiguration
  private let tensors: [String: StoredMatrix]

  /// What the configuration is called among the texts of a checkpoint.
  static let configurationName = "configuration"

  /// Takes what ``Transformer/checkpoint`` gives.
  ///
  /// - Throws: ``CheckpointError``: no configuration, or one that cannot be read; adapters, which only
  ///   ``Transformer/mergeAdapters(keepingFormats:on:)`` makes a part of a model that runs.
  public init(_ checkpoint: Checkpoint) throws(CheckpointError) {
    let text = try checkpoint.text(Self.configurationName)
    guard let configuration = DecoderConfiguration(json: text) else {
      throw .wrongText(
        name: Self.configurationName, expected: "a decoder's configuration", found: text)
    }
    guard checkpoint.metadata[Transformer.factorName] == nil else {
      throw .wrongText(
        name: Transformer.factorName, expected: "no adapters: export them with --merge",
        found: checkpoint.metadata[Transformer.factorName] ?? "")
    }
    self.configuration = configuration
    tensors = checkpoint.tensors
  }

  public func tensor(_ tensor: DecoderTensor) -> StoredMatrix? { tensors[tensor.name] }
}

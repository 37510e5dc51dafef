public import AffineLayers
internal import AffineQuant
public import AffineTraining

/// The weights of a model that was trained here, where it is of Llama's architecture: root mean square
/// norms, SwiGLU and rotary positions.
public struct TransformerWeights: DecoderWeights {
  public let configuration: DecoderConfiguration
  private let tensors: [String: StoredMatrix]

  /// Takes what ``AffineTraining/Transformer/checkpoint`` gives.
  ///
  /// - Throws: ``LlamaError``: a tensor that is missing, or a model of another architecture;
  ///   ``AffineTraining/CheckpointError``: extents that no tensor tells.
  public init(_ checkpoint: Checkpoint) throws {
    tensors = checkpoint.tensors
    func shape(_ name: String) throws(DecoderError) -> Shape {
      guard let tensor = checkpoint.tensors[name] else { throw .missingTensor(name) }
      return tensor.shape
    }
    let table = try shape("tokens.weight")
    let layers = (0...).prefix { checkpoint.tensors["blocks.\($0).attentionNorm.weight"] != nil }
    for (name, what) in [
      ("norm.bias", "a norm with a bias: train with --norm rms"),
      ("positions.weight", "learned positions: train with --positions rotary"),
    ] where tensors[name] != nil { throw LlamaError.unsupported(what) }
    guard tensors["blocks.0.feedForward.gate.weight"] != nil else {
      throw LlamaError.unsupported(
        "a feed-forward layer without a gate: train with --activation swiglu")
    }
    let heads = try checkpoint.integer("transformer.heads")
    guard heads > 0, table.columns.isMultiple(of: heads) else {
      throw DecoderError.contradiction("the number of heads", heads, "the width", table.columns)
    }
    let headSize = table.columns / heads
    var configuration = DecoderConfiguration(
      vocabulary: table.rows, width: table.columns, heads: heads,
      keyValueHeads: try shape("blocks.0.attention.key.weight").rows / max(headSize, 1),
      headSize: headSize, feedForward: try shape("blocks.0.feedForward.gate.weight").rows,
      context: try checkpoint.integer("transformer.context"),
      blocks: layers.map { _ in
        .init(rotary: RotaryRule(base: 10_000, columns: headSize))
      })
    configuration.isTied = tensors["head.weight"] == nil
    try configuration.validate()
    self.configuration = configuration
  }

  public func name(of tensor: DecoderTensor) -> String { tensor.nameInTraining }

  public func tensor(_ tensor: DecoderTensor) -> StoredMatrix? { tensors[tensor.nameInTraining] }
}

extension DecoderTensor {
  /// The name among a transformer's parameters.
  fileprivate var nameInTraining: String {
    switch self {
    case .weight(let layer): "\(layer.nameInTraining).weight"
    case .bias(let layer): "\(layer.nameInTraining).bias"
    }
  }
}

extension DecoderLayer {
  fileprivate var nameInTraining: String {
    switch self {
    case .embedding: "tokens"
    case .positions: "positions"
    case .norm: "norm"
    case .head: "head"
    case .blockNorm(let block, let norm): "blocks.\(block).\(norm)Norm"
    case .linear(let block, let linear):
      switch linear {
      case .query, .key, .value, .output: "blocks.\(block).attention.\(linear)"
      case .gate, .up, .down: "blocks.\(block).feedForward.\(linear)"
      }
    }
  }
}

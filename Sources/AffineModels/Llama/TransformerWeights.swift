internal import AffineQuant
public import AffineTraining

/// The weights of a model that was trained here, where it is of Llama's architecture: root mean square
/// norms, SwiGLU and rotary positions.
public struct TransformerWeights: LlamaWeights {
  public let configuration: LlamaConfiguration
  private let tensors: [String: StoredMatrix]

  /// Takes what ``AffineTraining/Transformer/checkpoint`` gives.
  ///
  /// - Throws: ``LlamaError``: a tensor that is missing, or a model of another architecture;
  ///   ``AffineTraining/CheckpointError``: extents that no tensor tells.
  public init(_ checkpoint: Checkpoint) throws {
    tensors = checkpoint.tensors
    func shape(_ name: String) throws(LlamaError) -> Shape {
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
      throw LlamaError.contradiction("the number of heads", heads, "the width", table.columns)
    }
    let headSize = table.columns / heads
    configuration = LlamaConfiguration(
      vocabulary: table.rows, width: table.columns, layers: layers.count, heads: heads,
      keyValueHeads: try shape("blocks.0.attention.key.weight").rows / max(headSize, 1),
      headSize: headSize, feedForward: try shape("blocks.0.feedForward.gate.weight").rows,
      context: try checkpoint.integer("transformer.context"))
    try configuration.validate()
  }

  public func has(_ tensor: LlamaTensor) -> Bool { tensors[tensor.nameInTraining] != nil }

  public func name(of tensor: LlamaTensor) -> String { tensor.nameInTraining }

  public func tensor(_ tensor: LlamaTensor) -> StoredTensor? {
    switch tensors[tensor.nameInTraining] {
    case .float32(let matrix): .float(matrix)
    case .bfloat16(let matrix): .float(matrix.converted())
    case .codes(let matrix): .quantized(matrix)
    case nil: nil
    }
  }

  public func forget(_: LlamaTensor) {}
}

extension LlamaTensor {
  /// The name among a transformer's parameters.
  fileprivate var nameInTraining: String {
    switch self {
    case .embedding: "tokens.weight"
    case .norm: "norm.weight"
    case .head: "head.weight"
    case .layerNorm(let layer, .attention): "blocks.\(layer).attentionNorm.weight"
    case .layerNorm(let layer, .feedForward): "blocks.\(layer).feedForwardNorm.weight"
    case .linear(let layer, let linear):
      Self.nameInTraining(layer, linear) + "weight"
    // A model that is trained here has none.
    case .bias(let layer, let linear): Self.nameInTraining(layer, linear) + "bias"
    }
  }

  private static func nameInTraining(_ layer: Int, _ linear: LlamaLinear) -> String {
    switch linear {
    case .query, .key, .value, .output: "blocks.\(layer).attention.\(linear)."
    case .gate, .up, .down: "blocks.\(layer).feedForward.\(linear)."
    }
  }
}

/// A tensor of a model, by what it is for.
public enum LlamaTensor: Sendable, Hashable {
  /// The rows of tokens.
  case embedding
  /// The weight of the last norm.
  case norm
  /// What makes logits, where it is not the embedding.
  case head
  /// The weight of a layer's norm.
  case layerNorm(layer: Int, LlamaNorm)
  /// The weight of a linear layer.
  case linear(layer: Int, LlamaLinear)
  /// The bias of a linear layer, which most models do not have.
  case bias(layer: Int, LlamaLinear)

  /// The name in checkpoints of Hugging Face.
  public var name: String {
    switch self {
    case .embedding: "model.embed_tokens.weight"
    case .norm: "model.norm.weight"
    case .head: "lm_head.weight"
    case .layerNorm(let layer, let norm): "model.layers.\(layer).\(norm.rawValue).weight"
    case .linear(let layer, let linear): "model.layers.\(layer).\(linear.rawValue).weight"
    case .bias(let layer, let linear): "model.layers.\(layer).\(linear.rawValue).bias"
    }
  }

  /// The name in GGUF files.
  public var nameInGGUF: String {
    switch self {
    case .embedding: "token_embd.weight"
    case .norm: "output_norm.weight"
    case .head: "output.weight"
    case .layerNorm(let layer, let norm): "blk.\(layer).\(norm.nameInGGUF).weight"
    case .linear(let layer, let linear): "blk.\(layer).\(linear.nameInGGUF).weight"
    case .bias(let layer, let linear): "blk.\(layer).\(linear.nameInGGUF).bias"
    }
  }

  /// All that a model of some layers may have.
  static func all(layers: Int) -> [LlamaTensor] {
    [.embedding, .norm, .head]
      + (0..<layers).flatMap { layer in
        LlamaNorm.allCases.map { .layerNorm(layer: layer, $0) }
          + LlamaLinear.allCases.flatMap {
            [LlamaTensor.linear(layer: layer, $0), .bias(layer: layer, $0)]
          }
      }
  }
}

/// The norms of a layer, by their names in checkpoints.
public enum LlamaNorm: String, Sendable, Hashable, CaseIterable {
  /// Before attention.
  case attention = "input_layernorm"
  /// Before the feed-forward layers.
  case feedForward = "post_attention_layernorm"

  fileprivate var nameInGGUF: String { self == .attention ? "attn_norm" : "ffn_norm" }
}

/// The linear layers of a layer, by their names in checkpoints, in the order in which they run.
public enum LlamaLinear: String, Sendable, Hashable, CaseIterable {
  /// What attention reads and writes.
  case query = "self_attn.q_proj", key = "self_attn.k_proj", value = "self_attn.v_proj"
  case output = "self_attn.o_proj"
  /// The feed-forward layers.
  case gate = "mlp.gate_proj", up = "mlp.up_proj", down = "mlp.down_proj"

  fileprivate var nameInGGUF: String {
    switch self {
    case .query: "attn_q"
    case .key: "attn_k"
    case .value: "attn_v"
    case .output: "attn_output"
    case .gate: "ffn_gate"
    case .up: "ffn_up"
    case .down: "ffn_down"
    }
  }

  /// Outputs and inputs.
  func shape(_ configuration: LlamaConfiguration) -> (rows: Int, columns: Int) {
    let (width, inner) = (configuration.width, configuration.feedForward)
    return switch self {
    case .query: (configuration.queryWidth, width)
    case .key, .value: (configuration.keyWidth, width)
    case .output: (width, configuration.queryWidth)
    case .gate, .up: (inner, width)
    case .down: (width, inner)
    }
  }
}

/// A layer of a decoder, by what it is for.
public enum DecoderLayer: Sendable, Hashable {
  /// A norm of a block.
  public enum BlockNorm: String, Sendable, Hashable, CaseIterable {
    /// Before attention, and before the feed-forward layers; in an encoder, of the sums after them.
    case attention, feedForward
    /// Of each head of queries, and of keys.
    case query, key
    /// Of what attention and the feed-forward layers give.
    case attentionOutput, feedForwardOutput
  }

  /// The rows of tokens.
  case embedding
  /// The rows of places, where they are trained.
  case positions
  /// A norm of a block.
  case blockNorm(block: Int, BlockNorm)
  /// A linear layer of a block.
  case linear(block: Int, DecoderConfiguration.BlockLinear)
  /// The last norm; in an encoder the first, of embedded tokens.
  case norm
  /// What makes logits, where it is not the embedding.
  case head

  /// The name: that of Llama's checkpoints, where Llama has such a layer.
  public var name: String {
    switch self {
    case .embedding: "model.embed_tokens"
    case .positions: "model.embed_positions"
    case .blockNorm(let block, let norm): "model.layers.\(block).\(norm.name)"
    case .linear(let block, let linear): "model.layers.\(block).\(linear.name)"
    case .norm: "model.norm"
    case .head: "lm_head"
    }
  }
}

/// What a layer of a decoder consists of.
public enum DecoderTensor: Sendable, Hashable {
  /// Of a linear layer outputs × inputs, of a table its rows, of a norm one row.
  case weight(DecoderLayer)
  /// One row.
  case bias(DecoderLayer)

  /// The layer.
  public var layer: DecoderLayer {
    switch self {
    case .weight(let layer), .bias(let layer): layer
    }
  }

  /// The name: that of Llama's checkpoints, where Llama has such a tensor.
  public var name: String {
    switch self {
    case .weight(let layer): "\(layer.name).weight"
    case .bias(let layer): "\(layer.name).bias"
    }
  }
}

extension DecoderLayer.BlockNorm {
  fileprivate var name: String {
    switch self {
    case .attention: "input_layernorm"
    case .feedForward: "post_attention_layernorm"
    case .query: "self_attn.q_norm"
    case .key: "self_attn.k_norm"
    case .attentionOutput: "post_self_attn_layernorm"
    case .feedForwardOutput: "post_mlp_layernorm"
    }
  }
}

extension DecoderConfiguration.BlockLinear {
  fileprivate var name: String {
    switch self {
    case .query: "self_attn.q_proj"
    case .key: "self_attn.k_proj"
    case .value: "self_attn.v_proj"
    case .output: "self_attn.o_proj"
    case .gate: "mlp.gate_proj"
    case .up: "mlp.up_proj"
    case .down: "mlp.down_proj"
    }
  }
}

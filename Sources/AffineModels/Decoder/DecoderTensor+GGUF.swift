public import AffineLayers

extension DecoderTensor {
  /// The name in GGUF files.
  public var nameInGGUF: String {
    switch self {
    case .weight(let layer): "\(layer.nameInGGUF).weight"
    case .bias(let layer): "\(layer.nameInGGUF).bias"
    }
  }
}

extension DecoderLayer {
  fileprivate var nameInGGUF: String {
    switch self {
    case .embedding: "token_embd"
    case .positions: "position_embd"
    case .norm: "output_norm"
    case .head: "output"
    case .blockNorm(let block, let norm): "blk.\(block).\(norm.nameInGGUF)"
    case .linear(let block, let linear): "blk.\(block).\(linear.nameInGGUF)"
    }
  }
}

extension DecoderLayer.BlockNorm {
  fileprivate var nameInGGUF: String {
    switch self {
    case .attention: "attn_norm"
    case .feedForward: "ffn_norm"
    case .query: "attn_q_norm"
    case .key: "attn_k_norm"
    case .attentionOutput: "post_attention_norm"
    case .feedForwardOutput: "post_ffw_norm"
    }
  }
}

extension DecoderConfiguration.BlockLinear {
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
}

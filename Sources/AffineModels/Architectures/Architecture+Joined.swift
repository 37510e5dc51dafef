internal import AffineLayers
internal import AffineQuant

extension Architecture {
  /// The module of Hugging Face's files that a layer is a part of, if it is.
  func joined(_ linear: DecoderConfiguration.BlockLinear) -> String? {
    guard joinsLayers else { return nil }
    return switch linear {
    case .query, .key, .value: "self_attn.qkv_proj"
    case .gate, .up: "mlp.gate_up_proj"
    case .output, .down: nil
    }
  }

  /// The same in GGUF files.
  func joinedInGGUF(_ linear: DecoderConfiguration.BlockLinear) -> String? {
    guard joinsLayers else { return nil }
    return switch linear {
    case .query, .key, .value: "attn_qkv"
    case .gate, .up: "ffn_up"
    case .output, .down: nil
    }
  }
}

extension DecoderConfiguration {
  /// Where the rows of a tensor lie in that of the layers which are joined, if it is one of those.
  func rowsOfJoined(_ tensor: DecoderTensor, _ architecture: Architecture) -> Range<Int>? {
    guard architecture.joinsLayers, case .linear(_, let linear) = tensor.layer else { return nil }
    let (queries, keys) = (heads * headSize, keyValueHeads * headSize)
    return switch linear {
    case .query: 0..<queries
    case .key: queries..<queries + keys
    case .value: queries + keys..<queries + 2 * keys
    case .gate: 0..<feedForward
    case .up: feedForward..<2 * feedForward
    case .output, .down: nil
    }
  }
}

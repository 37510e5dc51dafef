internal import AffineFormats
internal import AffineLayers

extension DecoderConfiguration {
  /// Keys that are read, or that only tell how a model was made.
  private static let knownKeys: Set<String> = [
    "vocab_size", "context_length", "embedding_length", "block_count", "feed_forward_length",
    "attention.head_count", "attention.head_count_kv", "attention.key_length",
    "attention.value_length", "attention.layer_norm_rms_epsilon", "rope.freq_base",
    "rope.dimension_count", "rope.scaling.type", "rope.scaling.factor", "rope.scale_linear",
    "rope.scaling.original_context_length", "rope.scaling.finetuned",
  ]

  /// Keys of the architecture that change nothing if they have one value.
  private static let harmless: [String: GGUFValue] = [
    "attention.causal": .bool(true), "use_parallel_residual": .bool(false),
    "tensor_data_layout": .string("Meta AI original pth"),
    "rope.scaling.attn_factor": .float32(1), "expert_count": .uint32(0),
    "expert_used_count": .uint32(0),
  ]

  /// What the file says of its architecture and nobody reads would be missing from what is computed.
  static func requireNothingElse(_ metadata: GGUFMetadata) throws(LlamaError) {
    for key in metadata.keys {
      guard let name = key.after(prefix: "\(architecture)."), let value = metadata[key] else {
        continue
      }
      guard name.utf8.allSatisfy({ $0 < 0x80 }), knownKeys.contains(name) || value == harmless[name]
      else { throw .unsupported("'\(key)' (\(value.summary))") }
    }
  }
}

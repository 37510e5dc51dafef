public import AffineFormats
public import AffineLayers
internal import AffineQuant

extension GGUFWriter {
  /// A decoder as a GGUF file, without a vocabulary.
  ///
  /// One of Llama's architecture is written as such, any other as `affine`, which this library alone reads:
  /// its metadata hold the configuration as text. Codes that no block holds, or whose scales it would round,
  /// become floats, and so do weights with the change of an adapter, which is added.
  ///
  /// - Throws: What `weights` throws; ``AffineLayers/DecoderError``: a configuration that cannot be, tensors
  ///   that are missing or of another shape.
  public init(_ weights: some DecoderWeights) throws {
    self.init()
    let configuration = weights.configuration
    try configuration.validate()
    let isLlama = configuration.isLlama
    metadata["general.architecture"] = .string(
      isLlama ? "llama" : Architecture.own.name)
    if isLlama {
      describeLlama(configuration)
    } else {
      metadata[Architecture.ownKey] = .string(configuration.json)
    }
    for tensor in configuration.tensors {
      var stored = try weights.required(tensor)
      if case .weight(.linear) = tensor, let change = try weights.change(of: tensor.layer) {
        stored = .float32(Elementwise.add(stored.floats(), change.values(), on: .standard))
      }
      guard isLlama, let order = configuration.rowsInGGUF(of: tensor) else {
        try add(tensor, stored)
        continue
      }
      // Rows that share a scale have no order of their own but as floats.
      let ordered = try? stored.rows(inOrder: order, of: tensor)
      try add(
        tensor,
        try ordered ?? StoredMatrix.float32(stored.floats()).rows(inOrder: order, of: tensor))
    }
  }

  /// Says that the tokens are bytes, each by its number.
  public mutating func setByteTokens() {
    metadata["tokenizer.ggml.model"] = .string("gpt2")
    metadata["tokenizer.ggml.pre"] = .string("default")
    metadata["tokenizer.ggml.tokens"] = .array(.string((0...255).map(ByteAlphabet.name)))
    metadata["tokenizer.ggml.token_type"] = .array(.int32([Int32](repeating: 1, count: 256)))
    metadata["tokenizer.ggml.merges"] = .array(.string([]))
    metadata["tokenizer.ggml.add_bos_token"] = .bool(false)
  }

  private mutating func add(_ tensor: DecoderTensor, _ stored: StoredMatrix) throws {
    let name = tensor.nameInGGUF
    // Codes that no block holds, or with scales of more digits, are written as what they stand for.
    if case .codes(let codes) = stored, (try? add(name, codes)) != nil { return }
    let values = stored.floats()
    let (rows, columns) = (values.shape.rows, values.shape.columns)
    // Vectors have one dimension.
    try add(
      name, .f32, dimensions: rows == 1 ? [columns] : [rows, columns], bytes: values.values.bytes)
  }

  private mutating func describeLlama(_ c: DecoderConfiguration) {
    for (key, value) in [
      ("vocab_size", c.vocabulary), ("context_length", c.context), ("embedding_length", c.width),
      ("block_count", c.blocks.count), ("feed_forward_length", c.feedForward),
      ("attention.head_count", c.heads), ("attention.head_count_kv", c.keyValueHeads),
      ("attention.key_length", c.headSize), ("attention.value_length", c.headSize),
      ("rope.dimension_count", c.headSize),
    ] {
      metadata["llama.\(key)"] = .uint32(UInt32(value))
    }
    metadata["llama.attention.layer_norm_rms_epsilon"] = .float32(c.normEpsilon)
    metadata["llama.rope.freq_base"] = .float32(Float(c.blocks[0].rotary?.base ?? 0))
  }
}

extension DecoderConfiguration {
  /// Whether Llama's metadata say all of it.
  fileprivate var isLlama: Bool {
    guard let rule = blocks.first?.rotary, Double(Float(rule.base)) == rule.base else {
      return false
    }
    var llama = DecoderConfiguration(
      vocabulary: vocabulary, width: width, heads: heads, keyValueHeads: keyValueHeads,
      headSize: headSize, feedForward: feedForward, context: context,
      blocks: blocks.map { _ in
        BlockAttention(rotary: RotaryRule(base: rule.base, columns: headSize))
      })
    (llama.normEpsilon, llama.isTied, llama.biases) = (normEpsilon, isTied, biases)
    return self == llama
  }
}

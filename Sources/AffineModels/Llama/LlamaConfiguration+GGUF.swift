public import AffineFormats
internal import AffineQuant

extension LlamaConfiguration {
  /// What the format calls this architecture.
  private static let architecture = "llama"
  /// The tensor of Llama 3's divisors of frequencies.
  static let divisorsName = "rope_freqs.weight"

  /// Reads the metadata of a GGUF file.
  ///
  /// - Throws: ``AffineFormats/GGUFError`` for values that are missing or of another type;
  ///   ``LlamaError`` for other architectures, what does not fit, and what is said of the model and not
  ///   computed here.
  public init(_ file: GGUFFile) throws {
    let metadata = file.metadata
    let architecture = try metadata.word("general.architecture")
    guard architecture == Self.architecture else {
      throw LlamaError.unsupportedArchitecture(architecture)
    }
    let width = try metadata.int("llama.embedding_length")
    let layers = try metadata.int("llama.block_count")
    let heads = try metadata.int("llama.attention.head_count", ofLayers: layers)
    guard let table = file["token_embd.weight"] else {
      throw LlamaError.missingTensor("token_embd.weight")
    }
    let headSize = try metadata.ifPresent("llama.attention.key_length") { try $0.int($1) }
    self.init(
      vocabulary: table.shape.rows, width: width, layers: layers, heads: heads,
      keyValueHeads: try metadata.ifPresent("llama.attention.head_count_kv") {
        try $0.int($1, ofLayers: layers)
      } ?? heads,
      headSize: headSize ?? (heads > 0 ? width / heads : 0),
      feedForward: try metadata.int("llama.feed_forward_length", ofLayers: layers),
      context: try metadata.int("llama.context_length"))
    normEpsilon = Float(try metadata.double("llama.attention.layer_norm_rms_epsilon"))
    rotaryBase =
      try metadata.ifPresent("llama.rope.freq_base") { try $0.double($1) } ?? rotaryBase
    // Extents that are no extents must not become the size of anything.
    try validate()
    rotaryDivisors = try Self.divisors(file, pairs: self.headSize / 2)
    try validate()
    try check(metadata)
    try Self.requireNothingElse(metadata)
  }

  /// What stands twice in the file must agree.
  private func check(_ metadata: GGUFMetadata) throws {
    let other = [
      ("llama.vocab_size", "the rows of the embedding", vocabulary),
      ("llama.rope.dimension_count", "the head size", headSize),
      ("llama.attention.value_length", "the head size", headSize),
    ]
    for (key, what, value) in other {
      let found = try metadata.ifPresent(key) { try $0.int($1) } ?? value
      guard found == value else { throw LlamaError.contradiction(key, found, what, value) }
    }
    if heads * headSize != width, metadata["llama.attention.key_length"] == nil {
      throw LlamaError.contradiction("the width", width, "the number of heads", heads)
    }
  }

  /// What frequencies are divided by: Llama 3 has a tensor of them, others one factor, both may be.
  private static func divisors(_ file: GGUFFile, pairs: Int) throws -> [Double] {
    let factor = try linearFactor(file.metadata)
    guard let tensor = file[divisorsName] else {
      return factor == 1 ? [] : [Double](repeating: factor, count: pairs)
    }
    guard tensor.shape == Shape(1, pairs) else {
      throw LlamaError.wrongShape(
        divisorsName, expected: Shape(1, pairs), found: tensor.shape)
    }
    return try file.matrix(divisorsName).values.array.map { Double($0) * factor }
  }

  /// What positions are divided by; 1: nothing. A factor without a type is linear, and zero is none, as
  /// in llama.cpp; `scale_linear` is the older name.
  private static func linearFactor(_ metadata: GGUFMetadata) throws -> Double {
    let type = try metadata.ifPresent("llama.rope.scaling.type") { try $0.word($1) } ?? "linear"
    let read = { (metadata: GGUFMetadata, key: String) in try metadata.double(key) }
    let factor =
      try metadata.ifPresent("llama.rope.scaling.factor", read)
      ?? metadata.ifPresent("llama.rope.scale_linear", read) ?? 0
    switch type {
    case "none": return 1
    case "linear": return factor == 0 ? 1 : factor
    case let other: throw LlamaError.unsupported("positions scaled as '\(other)'")
    }
  }

  /// Keys that are read above, or that only tell how a model was made.
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
  private static func requireNothingElse(_ metadata: GGUFMetadata) throws(LlamaError) {
    for key in metadata.keys {
      guard let name = key.after(prefix: "\(architecture)."), let value = metadata[key] else {
        continue
      }
      guard name.utf8.allSatisfy({ $0 < 0x80 }), knownKeys.contains(name) || value == harmless[name]
      else { throw .unsupported("'\(key)' (\(value.summary))") }
    }
  }
}

extension GGUFMetadata {
  /// A whole number of every layer, which must be one for all: written once or once a layer.
  fileprivate func int(_ key: String, ofLayers layers: Int) throws -> Int {
    guard case .array = self[key] else { return try int(key) }
    let numbers = try integers(key)
    guard let first = numbers.first, numbers.allSatisfy({ $0 == first }), numbers.count == layers
    else { throw LlamaError.unsupported("layers that differ in '\(key)'") }
    return Int(first)
  }
}

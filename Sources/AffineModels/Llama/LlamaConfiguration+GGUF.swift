public import AffineFormats
internal import AffineQuant

extension LlamaConfiguration {
  /// Reads the metadata of a GGUF file.
  ///
  /// - Throws: ``AffineFormats/GGUFError`` for values that are missing or of another type;
  ///   ``LlamaError`` for other architectures and what does not fit.
  public init(_ file: GGUFFile) throws {
    let metadata = file.metadata
    let architecture = try metadata.string("general.architecture")
    guard architecture == "llama" else { throw LlamaError.unsupportedArchitecture(architecture) }
    if metadata["llama.expert_count"]?.int ?? 0 > 0 {
      throw LlamaError.unsupported("a mixture of experts")
    }
    let width = try metadata.int("llama.embedding_length")
    let heads = try metadata.int("llama.attention.head_count")
    guard let table = file["token_embd.weight"] else {
      throw LlamaError.missingTensor("token_embd.weight")
    }
    let headSize = try metadata.optionalInt("llama.attention.key_length")
    self.init(
      vocabulary: table.shape.rows, width: width,
      layers: try metadata.int("llama.block_count"), heads: heads,
      keyValueHeads: try metadata.optionalInt("llama.attention.head_count_kv") ?? heads,
      headSize: headSize ?? (heads > 0 ? width / heads : 0),
      feedForward: try metadata.int("llama.feed_forward_length"),
      context: try metadata.int("llama.context_length"))
    normEpsilon = Float(try metadata.double("llama.attention.layer_norm_rms_epsilon"))
    rotaryBase = try metadata.optionalDouble("llama.rope.freq_base") ?? rotaryBase
    rotaryDivisors = try Self.divisors(file, headSize)
    try validate()
    try check(metadata)
  }

  /// What stands twice in the file must agree.
  private func check(_ metadata: GGUFMetadata) throws {
    let other = [
      ("llama.vocab_size", "the rows of the embedding", vocabulary),
      ("llama.rope.dimension_count", "the head size", headSize),
      ("llama.attention.value_length", "the head size", headSize),
    ]
    for (key, what, value) in other {
      let found = try metadata.optionalInt(key) ?? value
      guard found == value else { throw LlamaError.contradiction(key, found, what, value) }
    }
    if heads * headSize != width, try metadata.optionalInt("llama.attention.key_length") == nil {
      throw LlamaError.contradiction("the width", width, "the number of heads", heads)
    }
  }

  /// What frequencies are divided by: Llama 3 has a tensor of them, others one factor.
  private static func divisors(_ file: GGUFFile, _ headSize: Int?) throws -> [Double] {
    if file["rope_freqs.weight"] != nil {
      return try file.matrix("rope_freqs.weight").values.array.map(Double.init)
    }
    let metadata = file.metadata
    switch metadata["llama.rope.scaling.type"]?.string ?? "none" {
    case "none": return []
    case "linear":
      let factor = try metadata.double("llama.rope.scaling.factor")
      let size = try headSize ?? metadata.int("llama.rope.dimension_count")
      return [Double](repeating: factor, count: max(size / 2, 0))
    case let other: throw LlamaError.unsupported("positions scaled as '\(other)'")
    }
  }
}

extension GGUFMetadata {
  /// A whole number that may be missing, but not be something else.
  fileprivate func optionalInt(_ key: String) throws -> Int? {
    self[key] == nil ? nil : try int(key)
  }

  /// A float that may be missing, but not be something else.
  fileprivate func optionalDouble(_ key: String) throws -> Double? {
    self[key] == nil ? nil : try double(key)
  }
}

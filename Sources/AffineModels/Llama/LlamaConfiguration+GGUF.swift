public import AffineFormats
public import AffineLayers
internal import AffineQuant

extension DecoderConfiguration {
  /// What the format calls this architecture.
  static let architecture = "llama"

  /// Reads the metadata of a GGUF file.
  ///
  /// - Throws: ``AffineFormats/GGUFError`` for values that are missing or of another type;
  ///   ``AffineLayers/DecoderError`` and ``LlamaError`` for other architectures, what does not fit, and what is said of the model and not
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
      throw DecoderError.missingTensor("token_embd.weight")
    }
    let headSize = try metadata.ifPresent("llama.attention.key_length") { try $0.int($1) }
    self.init(
      vocabulary: table.shape.rows, width: width, heads: heads,
      keyValueHeads: try metadata.ifPresent("llama.attention.head_count_kv") {
        try $0.int($1, ofLayers: layers)
      } ?? heads,
      headSize: headSize ?? (heads > 0 ? width / heads : 0),
      feedForward: try metadata.int("llama.feed_forward_length", ofLayers: layers),
      context: try metadata.int("llama.context_length"), blocks: [])
    // Layers that are no number of layers must not become the size of anything.
    guard (1...1 << 12).contains(layers) else {
      throw DecoderError.outOfRange("the number of layers", value: layers, range: 1...1 << 12)
    }
    blocks = [BlockAttention](repeating: BlockAttention(), count: layers)
    normEpsilon = Float(try metadata.double("llama.attention.layer_norm_rms_epsilon"))
    let base = try metadata.ifPresent("llama.rope.freq_base") { try $0.double($1) } ?? 10_000
    try validate()
    let rule = RotaryRule(
      base: base, columns: self.headSize,
      divisors: try Self.divisors(file, pairs: self.headSize / 2))
    for block in blocks.indices { blocks[block].rotary = rule }
    isTied = file[DecoderTensor.weight(.head).nameInGGUF] == nil
    biases = Set(
      BlockLinear.allCases.filter { linear in
        blocks.indices.contains { block in
          file[DecoderTensor.bias(.linear(block: block, linear)).nameInGGUF] != nil
        }
      })
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
      guard found == value else { throw DecoderError.contradiction(key, found, what, value) }
    }
    if heads * headSize != width, metadata["llama.attention.key_length"] == nil {
      throw DecoderError.contradiction("the width", width, "the number of heads", heads)
    }
  }
}

extension GGUFMetadata {
  /// A whole number of every layer, which must be one for all: written once or once a layer, then as int32
  /// or uint32.
  fileprivate func int(_ key: String, ofLayers layers: Int) throws -> Int {
    guard case .array(let array) = self[key] else { return try int(key) }
    let numbers =
      if case .uint32(let values) = array { values.map { Int($0) } } else {
        try integers(key).map { Int($0) }
      }
    guard let first = numbers.first, numbers.allSatisfy({ $0 == first }), numbers.count == layers
    else { throw LlamaError.unsupported("layers that differ in '\(key)'") }
    return first
  }
}

internal import AffineFormats
internal import AffineLayers
internal import AffineQuant

extension Architecture {
  /// The family and the decoder that the metadata of a GGUF file are of.
  ///
  /// - Throws: ``AffineFormats/GGUFError`` for values that are missing or of another type;
  ///   ``AffineLayers/DecoderError`` and ``LanguageModelError`` for what does not fit, and what is said of the model
  ///   and not computed here.
  static func read(
    _ file: GGUFFile, context wanted: Int? = nil
  ) throws -> (Architecture, DecoderConfiguration) {
    try require(context: wanted)
    let name = try file.metadata.word("general.architecture")
    if name == own.name { return (own, try own(file.metadata)) }
    guard let row = all.first(where: { $0.nameInGGUF.map(name.isSame) ?? false }) else {
      throw LanguageModelError.unsupportedArchitecture(name)
    }
    let settings = GGUFSettings(metadata: file.metadata, prefix: "\(name).")
    let configuration = try row.configuration(settings, file, wanted)
    try settings.requireNothingElse()
    return (row, configuration)
  }

  private func configuration(
    _ settings: GGUFSettings, _ file: GGUFFile, _ wanted: Int?
  ) throws -> DecoderConfiguration {
    let width = try settings.int("embedding_length")
    let blocks = try settings.int("block_count")
    let heads = try settings.int("attention.head_count", ofLayers: blocks)
    guard let table = file["token_embd.weight"] else {
      throw DecoderError.missingTensor("token_embd.weight")
    }
    let headSize = try settings.ifPresent("attention.key_length", GGUFSettings.int)
    var made = DecoderConfiguration(
      vocabulary: table.shape.rows, width: width, heads: heads,
      keyValueHeads: try settings.has("attention.head_count_kv")
        ? settings.int("attention.head_count_kv", ofLayers: blocks) : heads,
      headSize: headSize ?? (heads > 0 ? width / heads : 0),
      feedForward: try settings.int("feed_forward_length", ofLayers: blocks),
      context: try settings.int("context_length"), blocks: [])
    // Layers that are no number of layers must not become the size of anything.
    guard (1...1 << 12).contains(blocks) else {
      throw DecoderError.outOfRange("the number of layers", value: blocks, range: 1...1 << 12)
    }
    made.blocks = [DecoderConfiguration.BlockAttention](repeating: .init(), count: blocks)
    made.normEpsilon = Float(try settings.double("attention.layer_norm_rms_epsilon"))
    made.normalizesHeads = normalizesHeads
    made.normalizesOutputs = normalizesOutputs
    made.activation = activation
    if scalesEmbedding { made.embeddingScale = Float(max(width, 1)).squareRoot() }
    try made.validate()
    try check(settings, made)
    made.isTied = file[DecoderTensor.weight(.head).nameInGGUF] == nil
    made.biases = Set(
      DecoderConfiguration.BlockLinear.allCases.filter { linear in
        made.blocks.indices.contains { file[biasName($0, linear)] != nil }
      })
    made.attentionCap = try settings.ifPresent("attn_logit_softcapping", GGUFSettings.double)
      .map { Float($0) }
    made.logitCap = try settings.ifPresent("final_logit_softcapping", GGUFSettings.double)
      .map { Float($0) }
    if blocks == blocksScaledByWidth {
      made.attentionScale = 1 / (Float(width) / Float(heads)).squareRoot()
    }
    let window =
      windows == .none || windows == .laterBlocks
      ? nil : try settings.ifPresent("attention.sliding_window", GGUFSettings.int)
    let every =
      windows == .pattern
      ? try settings.ifPresent("attention.sliding_window_pattern", GGUFSettings.int)
        ?? windowPattern
      : 1 << 13
    for block in made.blocks.indices where every == 0 || !(block + 1).isMultiple(of: every) {
      made.blocks[block].window = window == 0 ? nil : window
    }
    try positions(settings, file, wanted, &made)
    try made.validate()
    return made
  }

  /// The name of a bias in a file.
  private func biasName(_ block: Int, _ linear: DecoderConfiguration.BlockLinear) -> String {
    joinedInGGUF(linear).map { "blk.\(block).\($0).bias" }
      ?? DecoderTensor.bias(.linear(block: block, linear)).nameInGGUF
  }

  /// What stands twice in the file must agree.
  private func check(_ settings: GGUFSettings, _ made: DecoderConfiguration) throws {
    for (key, what, value) in [
      ("vocab_size", "the rows of the embedding", made.vocabulary),
      ("attention.value_length", "the head size", made.headSize),
    ] {
      let found = try settings.ifPresent(key, GGUFSettings.int) ?? value
      guard found == value else {
        throw DecoderError.contradiction(settings.prefix + key, found, what, value)
      }
    }
    if made.heads * made.headSize != made.width, !settings.has("attention.key_length") {
      throw DecoderError.contradiction("the width", made.width, "the number of heads", made.heads)
    }
  }

  /// How the positions of each block turn.
  private func positions(
    _ settings: GGUFSettings, _ file: GGUFFile, _ wanted: Int?, _ made: inout DecoderConfiguration
  ) throws {
    let columns = try settings.ifPresent("rope.dimension_count", GGUFSettings.int) ?? made.headSize
    // Only heads of joined layers turn in part.
    guard joinsLayers || columns == made.headSize else {
      throw DecoderError.contradiction(
        "\(settings.prefix)rope.dimension_count", columns, "the head size", made.headSize)
    }
    guard (0...made.headSize).contains(columns), columns.isMultiple(of: 2) else {
      throw DecoderError.contradiction(
        "the columns that turn", columns, "the head size", made.headSize)
    }
    let base = try settings.ifPresent("rope.freq_base", GGUFSettings.double) ?? 10_000
    let scaling = try settings.scaling(
      file, columns: columns, context: made.context, wanted: wanted)
    let rule = scaling.rule.rule(base: base, columns: columns)
    var ofWindows = rule
    if let windowRotaryBase {
      let base = try settings.ifPresent("rope.freq_base_swa", GGUFSettings.double)
      ofWindows = RotaryRule(base: base ?? windowRotaryBase, columns: columns)
    }
    for block in made.blocks.indices
    where unturnedPattern == 0 || !(block + 1).isMultiple(of: unturnedPattern) {
      made.blocks[block].rotary = made.blocks[block].window == nil ? rule : ofWindows
    }
    made.context = min(wanted ?? made.context, scaling.context ?? made.context)
  }
}

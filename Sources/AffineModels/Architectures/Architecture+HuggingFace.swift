internal import AffineFormats
internal import AffineLayers

extension Architecture {
  /// Settings that do not change what is computed of a text.
  static let harmless: Set<String> = [
    "_name_or_path", "_sliding_window_pattern", "architectures", "attention_dropout", "auto_map",
    "bos_token_id", "cache_implementation", "dtype", "embd_pdrop", "eos_token_id",
    "image_token_index", "boi_token_index", "eoi_token_index", "initializer_range",
    "max_window_layers",
    "mm_tokens_per_image", "model_type", "pad_token_id", "quantization", "quantization_config",
    "resid_pdrop", "torch_dtype", "transformers_version", "unsloth_fixed", "use_cache",
    "vision_config",
  ]

  /// The family that a `config.json` names by its `model_type`; the oldest of BERT name none, but say how many kinds
  /// of text there are.
  static func row(_ document: ModelSettings) throws(ModelFileError) -> Architecture {
    guard let type = try document.text("model_type") else {
      guard !document.has("type_vocab_size") else { return bert }
      throw .malformed(file: document.file, reason: "there is no 'model_type'")
    }
    guard let row = named(type) else {
      throw .unknownArchitecture(file: document.file, type)
    }
    return row
  }

  /// The family and the layers that a `config.json` is of.
  ///
  /// - Throws: ``ModelFileError``, of numbers that cannot be too; ``AffineLayers/DecoderError`` for a context that
  ///   cannot be wanted.
  static func read(
    _ document: ModelSettings, context wanted: Int?
  ) throws -> (Architecture, DecoderConfiguration) {
    try require(context: wanted)
    do { return try layers(document, wanted) } catch let error as DecoderError {
      throw ModelFileError.malformed(file: document.file, reason: "\(error)")
    }
  }

  /// - Throws: ``AffineLayers/DecoderError``: the number is a caller's, and no file's.
  static func require(context wanted: Int?) throws(DecoderError) {
    guard let wanted, wanted < 1 else { return }
    throw .outOfRange("the context that is wanted", value: wanted, range: 1...Int.max)
  }

  private static func layers(
    _ document: ModelSettings, _ wanted: Int?
  ) throws -> (Architecture, DecoderConfiguration) {
    let row = try row(document)
    guard let text = try document.part("text_config") else {
      return (row, try row.configuration(document, wanted))
    }
    let inner = try text.text("model_type") ?? row.name
    guard inner.isSame(as: row.name) else {
      let type = try document.text("model_type") ?? ""
      throw ModelFileError.contradiction(
        file: document.file, "model_type", type, "that of the text", inner)
    }
    let outer = try document.flag("tie_word_embeddings")
    try document.requireNothingElse(but: harmless)
    var configuration = try row.configuration(text, wanted)
    configuration.isTied = outer ?? configuration.isTied
    return (row, configuration)
  }

  private func configuration(
    _ settings: ModelSettings, _ wanted: Int?
  ) throws -> DecoderConfiguration {
    try require(activationOf: settings)
    let context = try settings.requiredInt("max_position_embeddings")
    let vocabulary = try settings.requiredInt("vocab_size")
    let width = try settings.requiredInt(name(of: .width))
    let heads = try settings.requiredInt(name(of: .heads))
    let blocks = try settings.requiredInt(name(of: .layers))
    let headSize = try settings.int("head_dim") ?? (heads > 0 ? width / heads : 0)
    var made = DecoderConfiguration(
      vocabulary: vocabulary, width: width, heads: heads,
      keyValueHeads: try settings.int("num_key_value_heads") ?? heads, headSize: headSize,
      feedForward: try settings.requiredInt(name(of: .feedForward)), context: context, blocks: [])
    if !settings.has("head_dim"), heads * headSize != width {
      throw DecoderError.contradiction("the width", width, "the number of heads", heads)
    }
    // A number of blocks that is none must not become the size of anything.
    guard (1...1 << 12).contains(blocks) else {
      throw DecoderError.outOfRange("the number of layers", value: blocks, range: 1...1 << 12)
    }
    made.blocks = [DecoderConfiguration.BlockAttention](repeating: .init(), count: blocks)
    made.normEpsilon = Float(try settings.double(name(of: .normEpsilon)) ?? normEpsilon)
    (made.norm, made.normOffset, made.activation) = (norm, normOffset, activation)
    (made.normalizesHeads, made.normalizesOutputs) = (normalizesHeads, normalizesOutputs)
    if scalesEmbedding { made.embeddingScale = Float(width).squareRoot() }
    made.biases = try biases(settings)
    if let encoder { return try encoder.completed(made, settings) }
    made.isTied = try settings.flag("tie_word_embeddings") ?? isTied
    try made.validate()
    if let scalar = try settings.double("query_pre_attn_scalar"), scalar > 0 {
      made.attentionScale = Float(1 / scalar.squareRoot())
    }
    made.attentionCap = try settings.double("attn_logit_softcapping").map { Float($0) }
    made.logitCap = try settings.double("final_logit_softcapping").map { Float($0) }
    let windows = try windows(settings, blocks)
    for block in windows.indices { made.blocks[block].window = windows[block] }
    try positions(settings, wanted, &made)
    try made.validate()
    for (name, expected) in [("pretraining_tp", 1)] {
      let found = try settings.int(name) ?? expected
      guard found == expected else {
        throw ModelFileError.unsupported(file: settings.file, what: "'\(name)' (\(found))")
      }
    }
    try settings.requireNothingElse(but: Self.harmless)
    return made
  }

  private func require(activationOf settings: ModelSettings) throws {
    var name = name(of: .activation)
    var found = try settings.text(name)
    // Gemma's first configurations say gelu beside the name that counts.
    if activation == .geglu, let other = try settings.text("hidden_activation") {
      (name, found) = ("hidden_activation", other)
    }
    guard let found, !activationNames.contains(where: found.isSame) else { return }
    throw ModelFileError.unsupported(file: settings.file, what: "the \(name) '\(found)'")
  }

  private func biases(
    _ settings: ModelSettings
  ) throws -> Set<DecoderConfiguration.BlockLinear> {
    switch biases {
    case .none: return []
    case .inputs: return [.query, .key, .value]
    case .all: return [.query, .key, .value, .output, .up, .down]
    case .asConfigured:
      let attention: Set<DecoderConfiguration.BlockLinear> =
        try settings.flag("attention_bias") ?? false ? [.query, .key, .value, .output] : []
      return try settings.flag("mlp_bias") ?? false
        ? attention.union([.gate, .up, .down]) : attention
    }
  }

  /// The window of each block.
  private func windows(
    _ settings: ModelSettings, _ blocks: Int
  ) throws -> [Int?] {
    let all = [Int?](repeating: nil, count: blocks)
    let (window, isUsed) = (
      try settings.int("sliding_window"), try settings.flag("use_sliding_window") ?? true
    )
    let (later, every) = (
      try settings.int("max_window_layers") ?? 28,
      try settings.int("sliding_window_pattern")
        ?? settings.int("_sliding_window_pattern") ?? windowPattern
    )
    let kinds = try settings.words("layer_types")
    guard let kinds else {
      switch windows {
      case .none where window == nil || settings.value("use_sliding_window") == nil || !isUsed:
        return all
      case .none:
        throw ModelFileError.unsupported(
          file: settings.file, what: "'sliding_window' (\(window ?? 0))")
      case .all: return [Int?](repeating: window, count: blocks)
      case .laterBlocks:
        guard settings.has("use_sliding_window"), isUsed else { return all }
        return (0..<blocks).map { $0 >= later ? window : nil }
      case .pattern:
        guard every > 0 else {
          throw ModelFileError.malformed(
            file: settings.file, reason: "'sliding_window_pattern' is \(every)")
        }
        return (0..<blocks).map { ($0 + 1).isMultiple(of: every) ? nil : window }
      }
    }
    guard kinds.count == blocks else {
      throw ModelFileError.contradiction(
        file: settings.file, "the number of layer_types", "\(kinds.count)", "num_hidden_layers",
        "\(blocks)")
    }
    var found = all
    for (block, kind) in kinds.enumerated() {
      switch kind {
      case "full_attention": break
      case "sliding_attention":
        guard let window else {
          throw ModelFileError.malformed(
            file: settings.file, reason: "there is no 'sliding_window'")
        }
        found[block] = window
      default:
        throw ModelFileError.unsupported(file: settings.file, what: "the layer type '\(kind)'")
      }
    }
    return found
  }

  /// How the positions of each block turn.
  private func positions(
    _ settings: ModelSettings, _ wanted: Int?, _ made: inout DecoderConfiguration
  ) throws {
    let (old, new) = (try settings.part("rope_scaling"), try settings.part("rope_parameters"))
    if old != nil, new != nil {
      throw ModelFileError.unsupported(
        file: settings.file, what: "rope_scaling beside rope_parameters")
    }
    let base = try settings.double("rope_theta") ?? rotaryBase
    let part = try settings.double("partial_rotary_factor") ?? 1
    let original = try settings.int("original_max_position_embeddings")
    let local = try settings.double("rope_local_base_freq") ?? windowRotaryBase
    func read(
      _ object: ModelSettings?, _ base: Double
    ) throws -> (rule: RotaryRule, context: Int?) {
      let found = try RotarySettings(
        object, base: base, part: part, context: made.context, original: original, wanted: wanted)
      let columns = Int((Double(made.headSize) * min(max(found.part, 0), 1)).rounded(.down))
      return (found.scaling.rule(base: found.base, columns: columns), found.context)
    }
    let isNested = new?.has("full_attention") ?? false
    let main = try read(isNested ? new?.part("full_attention") : new ?? old, base)
    var ofWindows = main.rule
    if let local {
      ofWindows = try read(isNested ? new?.part("sliding_attention") : nil, local).rule
    }
    if isNested { try new?.requireNothingElse() }
    let turned = try turnedBlocks(settings, made.blocks.count)
    for block in made.blocks.indices where turned[block] {
      made.blocks[block].rotary = made.blocks[block].window == nil ? main.rule : ofWindows
    }
    made.context = min(wanted ?? made.context, main.context ?? made.context)
  }

  private func turnedBlocks(
    _ settings: ModelSettings, _ blocks: Int
  ) throws -> [Bool] {
    guard unturnedPattern > 0 else { return [Bool](repeating: true, count: blocks) }
    let every = try settings.int("no_rope_layer_interval") ?? unturnedPattern
    guard let listed = try settings.doubles("no_rope_layers") else {
      guard every > 0 else {
        throw ModelFileError.malformed(
          file: settings.file, reason: "'no_rope_layer_interval' is \(every)")
      }
      return (0..<blocks).map { !($0 + 1).isMultiple(of: every) }
    }
    guard listed.count >= blocks else {
      throw ModelFileError.contradiction(
        file: settings.file, "the number of no_rope_layers", "\(listed.count)",
        "num_hidden_layers", "\(blocks)")
    }
    return listed.prefix(blocks).map { $0 != 0 }
  }
}

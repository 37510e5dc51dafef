internal import AffineFormats
internal import AffineLayers

extension Architecture {
  /// The `config.json` of a decoder of the family.
  ///
  /// - Throws: ``ModelFileError/inexpressible(_:)``: a decoder that such a file, read again, would not give.
  func settings(of configuration: DecoderConfiguration) throws -> JSONValue {
    var settings = extents(of: configuration)
    settings += [
      ("rms_norm_eps", .number(configuration.normEpsilon)),
      ("hidden_act", .string(activationNames.first ?? "")),
      ("tie_word_embeddings", .boolean(configuration.isTied)),
      ("rope_theta", .number(configuration.blocks.first { $0.window == nil }?.rotary?.base)),
      ("attn_logit_softcapping", .number(configuration.attentionCap)),
      ("final_logit_softcapping", .number(configuration.logitCap)),
    ]
    if activation == .geglu {
      settings.append(("hidden_activation", .string(activationNames.first ?? "")))
      let scale = configuration.attentionScale.map { 1 / (Double($0) * Double($0)) }
      settings.append(
        ("query_pre_attn_scalar", .number(scale ?? Double(configuration.headSize))))
    }
    if biases == .asConfigured {
      settings.append(("attention_bias", .boolean(configuration.biases.contains(.query))))
      settings.append(("mlp_bias", .boolean(configuration.biases.contains(.up))))
    }
    settings += attention(of: configuration)
    let document = JSONValue.object(
      settings.filter { $0.1 != .null }.map { (name: $0.0, value: $0.1) })
    try require(document, toGive: configuration)
    return document
  }

  /// What is read again must be what was written.
  func require(
    _ document: JSONValue, toGive configuration: DecoderConfiguration
  ) throws {
    let settings = try ModelSettings(file: "config.json", value: document)
    let read = try Self.read(settings, context: nil).1
    var wanted = configuration
    // A sequence may have been asked to be shorter, norms have their offset inside, and a scale of scores be
    // said or be the usual one.
    let scales = [read, wanted].map { $0.attentionScale ?? 1 / Float($0.headSize).squareRoot() }
    if abs(scales[0] - scales[1]) <= scales[0].ulp { wanted.attentionScale = read.attentionScale }
    (wanted.context, wanted.normOffset) = (read.context, read.normOffset)
    let pairs = zip(try read.members, try wanted.members)
    if let (found, expected) = pairs.first(where: { $0 != $1 }) {
      throw ModelFileError.inexpressible(
        name, expected.name, found.value.serialized, expected.value.serialized)
    }
    guard read == wanted else { preconditionFailure("two decoders with one text: \(read.json)") }
  }

  private func extents(of c: DecoderConfiguration) -> [(String, JSONValue)] {
    [
      ("model_type", .string(name)), ("architectures", .array([.string(className)])),
      ("torch_dtype", .string("float32")), ("vocab_size", .integer(c.vocabulary)),
      ("hidden_size", .integer(c.width)), ("intermediate_size", .integer(c.feedForward)),
      ("num_hidden_layers", .integer(c.blocks.count)), ("num_attention_heads", .integer(c.heads)),
      ("num_key_value_heads", .integer(c.keyValueHeads)), ("head_dim", .integer(c.headSize)),
      ("max_position_embeddings", .integer(c.context)),
    ]
  }

  /// What blocks see, and how they turn.
  private func attention(of c: DecoderConfiguration) -> [(String, JSONValue)] {
    let window = c.blocks.lazy.compactMap(\.window).first
    var settings: [(String, JSONValue)] = [
      ("sliding_window", window.map { .integer($0) } ?? .null)
    ]
    switch windows {
    case .none, .all: break
    case .laterBlocks, .pattern:
      settings.append(
        (
          "layer_types",
          .array(
            c.blocks.map { .string($0.window == nil ? "full_attention" : "sliding_attention") })
        ))
      if windows == .laterBlocks {
        settings.append(("use_sliding_window", .boolean(window != nil)))
      }
    }
    if windowRotaryBase != nil, let base = c.blocks.first(where: { $0.window != nil })?.rotary?.base
    {
      settings.append(("rope_local_base_freq", .number(base)))
    }
    if unturnedPattern > 0 {
      settings.append(
        ("no_rope_layers", .array(c.blocks.map { .integer($0.rotary == nil ? 0 : 1) })))
    }
    // Blocks with a window may turn by a rule of their own, which is not scaled.
    let rule = (c.blocks.filter { $0.window == nil } + c.blocks).lazy.compactMap(\.rotary).first
    if let rule, rule.columns != c.headSize {
      settings.append(("partial_rotary_factor", .number(Double(rule.columns) / Double(c.headSize))))
    }
    // Other scalings than one for all are told by their formulas alone, which the divisors do not say.
    if let factor = rule?.divisors.first {
      settings.append(
        (
          "rope_scaling",
          .object([
            (name: "rope_type", value: .string("linear")), (name: "factor", value: .number(factor)),
          ])
        ))
    }
    return settings
  }
}

extension DecoderConfiguration {
  /// Its values by their names, all of them and in one order.
  fileprivate var members: [(name: String, value: JSONValue)] {
    get throws {
      var members = try JSONParser.parse(Array(json.utf8)).members ?? []
      // Values that there need not be.
      for name in ["attentionCap", "attentionScale", "logitCap"]
      where !members.contains(where: { $0.name == name }) {
        members.append((name: name, value: .null))
      }
      members.sort { $0.name < $1.name }
      return members
    }
  }
}

extension JSONValue {
  /// A number that is read as the same again.
  static func number(_ value: Double?) -> JSONValue {
    guard let value else { return .null }
    return Int(exactly: value).map { .integer($0) } ?? .otherNumber("\(value)")
  }

  static func number(_ value: Float?) -> JSONValue {
    guard let value else { return .null }
    return Int(exactly: value).map { .integer($0) } ?? .otherNumber("\(value)")
  }
}

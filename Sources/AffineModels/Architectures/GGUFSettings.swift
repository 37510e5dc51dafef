internal import AffineFormats
internal import AffineLayers
internal import AffineQuant

/// What the metadata of a GGUF file say of its architecture; remembers the keys that were read.
final class GGUFSettings {
  let metadata: GGUFMetadata
  /// The architecture's name and a point.
  let prefix: String
  private var read: Set<String> = []

  /// Keys that tell how a model was made, or change nothing if they have one value.
  private static let harmless: [String: GGUFValue?] = [
    "rope.scaling.original_context_length": nil, "rope.scaling.finetuned": nil,
    "attention.causal": .bool(true), "use_parallel_residual": .bool(false),
    "tensor_data_layout": .string("Meta AI original pth"),
    "rope.scaling.attn_factor": .float32(1), "expert_count": .uint32(0),
    "expert_used_count": .uint32(0),
  ]

  /// The tensors of divisors of frequencies: Llama 3's, and LongRoPE's for long and short texts.
  static let divisorsNames = [
    "rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight",
  ]

  init(metadata: GGUFMetadata, prefix: String) {
    self.metadata = metadata
    self.prefix = prefix
  }

  func has(_ key: String) -> Bool { metadata[prefix + key] != nil }

  func int(_ key: String) throws -> Int {
    read.insert(key)
    return try metadata.int(prefix + key)
  }

  func double(_ key: String) throws -> Double {
    read.insert(key)
    return try metadata.double(prefix + key)
  }

  func word(_ key: String) throws -> String {
    read.insert(key)
    return try metadata.word(prefix + key)
  }

  func ifPresent<Value>(
    _ key: String, _ body: (GGUFSettings) -> (String) throws -> Value
  ) throws -> Value? { has(key) ? try body(self)(key) : nil }

  /// A whole number of every layer, which must be one for all: written once or once a layer, then as int32
  /// or uint32.
  func int(_ key: String, ofLayers layers: Int) throws -> Int {
    let name = prefix + key
    guard case .array(let array) = metadata[name] else { return try int(key) }
    read.insert(key)
    let numbers =
      if case .uint32(let values) = array { values.map { Int($0) } } else {
        try metadata.integers(name).map { Int($0) }
      }
    guard let first = numbers.first, numbers.allSatisfy({ $0 == first }), numbers.count == layers
    else { throw LanguageModelError.unsupported("layers that differ in '\(name)'") }
    return first
  }

  /// What the file says of its architecture and nobody reads would be missing from what is computed.
  func requireNothingElse() throws(LanguageModelError) {
    for key in metadata.keys {
      guard let name = key.after(prefix: prefix), let value = metadata[key] else { continue }
      if name.utf8.allSatisfy({ $0 < 0x80 }) {
        if read.contains(name) { continue }
        if let expected = Self.harmless[name], expected == nil || expected == value { continue }
      }
      throw .unsupported("'\(key)' (\(value.summary))")
    }
  }

  /// How positions are scaled, and the context that this leaves.
  func scaling(
    _ file: GGUFFile, columns: Int, context: Int, wanted: Int?
  ) throws -> (rule: RotaryScaling, context: Int?) {
    let type = try ifPresent("rope.scaling.type", GGUFSettings.word)
    // A factor without a type is linear, and zero is none, as in llama.cpp; `scale_linear` is the older name.
    let old = try ifPresent("rope.scale_linear", GGUFSettings.double)
    let given = try ifPresent("rope.scaling.factor", GGUFSettings.double) ?? old ?? 0
    let factor = given == 0 ? 1 : given
    let original = try ifPresent("rope.scaling.original_context_length", GGUFSettings.int)
    if file[Self.divisorsNames[1]] != nil || file[Self.divisorsNames[2]] != nil {
      guard file[Self.divisorsNames[0]] == nil else {
        throw LanguageModelError.unsupported(
          "'\(Self.divisorsNames[0])' beside tensors of factors for long and short texts")
      }
      guard factor == 1, type == nil || type == "none" || type == "longrope" else {
        throw LanguageModelError.unsupported(
          "positions scaled as '\(type ?? "")' and by tensors of factors")
      }
      let isLong = original.map { (wanted ?? $0) > $0 } ?? false
      let magnitude = try ifPresent("rope.scaling.attn_factor", GGUFSettings.double) ?? 1
      let divisors = try divisors(file, Self.divisorsNames[isLong ? 1 : 2], columns / 2)
      return (.factors(divisors, magnitude: magnitude), isLong ? nil : original)
    }
    switch type ?? "linear" {
    case "none": return (try ofTensor(file, factor: 1, columns), nil)
    case "linear": return (try ofTensor(file, factor: factor, columns), nil)
    case "yarn" where file[Self.divisorsNames[0]] == nil:
      guard let original, original > 1, factor > 0 else {
        throw LanguageModelError.unsupported(
          "positions scaled as 'yarn' without an original context")
      }
      let scale = try ifPresent("rope.scaling.attn_factor", GGUFSettings.double) ?? 1
      return (
        .yarn(
          factor: factor, original: original,
          fast: try ifPresent("rope.scaling.yarn_beta_fast", GGUFSettings.double) ?? 32,
          slow: try ifPresent("rope.scaling.yarn_beta_slow", GGUFSettings.double) ?? 1,
          truncates: true, magnitude: scale * RotaryScaling.yarnMagnitude(factor: factor)),
        nil
      )
    case let other: throw LanguageModelError.unsupported("positions scaled as '\(other)'")
    }
  }

  /// Llama 3 has a tensor of divisors, others one factor; both may be.
  private func ofTensor(
    _ file: GGUFFile, factor: Double, _ columns: Int
  ) throws -> RotaryScaling {
    guard file[Self.divisorsNames[0]] != nil else { return .linear(factor: factor) }
    let divisors = try divisors(file, Self.divisorsNames[0], columns / 2)
    return .factors(divisors.map { $0 * factor }, magnitude: 1)
  }

  private func divisors(_ file: GGUFFile, _ name: String, _ pairs: Int) throws -> [Double] {
    guard let tensor = file[name] else { throw DecoderError.missingTensor(name) }
    guard tensor.shape == Shape(1, pairs) else {
      throw DecoderError.wrongShape(name, expected: Shape(1, pairs), found: tensor.shape)
    }
    return try file.matrix(name).values.array.map { Double($0) }
  }
}

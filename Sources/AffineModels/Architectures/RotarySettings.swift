internal import AffineFormats
internal import AffineLayers

/// What a configuration of Hugging Face says of positions.
struct RotarySettings {
  let base: Double
  /// The part of a head's columns that turns.
  let part: Double
  let scaling: RotaryScaling
  /// Tokens of a sequence at most with this scaling, if it says so.
  let context: Int?

  /// Reads `rope_parameters`, or the older `rope_scaling`, or neither.
  ///
  /// - Parameters:
  ///   - settings: That object.
  ///   - base: Of a file that says nothing.
  ///   - part: As well.
  ///   - context: `max_position_embeddings`.
  ///   - original: `original_max_position_embeddings` beside the object.
  ///   - wanted: Tokens of a sequence that are wanted.
  /// - Throws: ``ModelFileError``.
  init(
    _ settings: ModelSettings?, base: Double, part: Double, context: Int, original: Int?,
    wanted: Int?
  ) throws {
    self.base = try settings?.double("rope_theta") ?? base
    self.part = try settings?.double("partial_rotary_factor") ?? part
    guard let settings else {
      (scaling, self.context) = (.none, nil)
      return
    }
    let type = try settings.word("rope_type") ?? settings.word("type") ?? "default"
    // Both may be there; then they say the same.
    if let old = try settings.word("type"), !old.isSame(as: type) {
      throw ModelFileError.contradiction(file: settings.file, "rope_type", type, "type", old)
    }
    let first = try settings.int("original_max_position_embeddings") ?? original
    func number(_ name: String) throws -> Double {
      guard let number = try settings.double(name) else {
        throw ModelFileError.malformed(file: settings.file, reason: "positions have no '\(name)'")
      }
      return try Self.positive(number, name, settings.file)
    }
    func originalContext() throws -> Int {
      guard let first, first > 1 else {
        throw ModelFileError.malformed(
          file: settings.file, reason: "positions have no 'original_max_position_embeddings'")
      }
      return first
    }
    switch type {
    case "default": (scaling, self.context) = (.none, nil)
    case "linear": (scaling, self.context) = (.linear(factor: try number("factor")), nil)
    case "llama3":
      let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
      guard low < high else {
        throw ModelFileError.contradiction(
          file: settings.file, "low_freq_factor", "\(low)", "high_freq_factor", "\(high)")
      }
      scaling = .llama3(
        factor: try number("factor"), low: low, high: high, original: try originalContext())
      self.context = nil
    case "yarn":
      scaling = try Self.yarn(settings, try originalContext(), context)
      self.context = nil
    case "longrope", "su":
      let original = try originalContext()
      // What follows is for one length alone: the short factors up to the original context, the long ones beyond.
      let isLong = (wanted ?? original) > original
      let (long, short) = (
        try settings.doubles("long_factor"), try settings.doubles("short_factor")
      )
      guard let factors = isLong ? long : short else {
        throw ModelFileError.malformed(file: settings.file, reason: "positions have no factors")
      }
      for factor in factors {
        _ = try Self.positive(factor, "a factor of positions", settings.file)
      }
      let factor = try settings.double("factor") ?? Double(context) / Double(original)
      scaling = .factors(
        factors,
        magnitude: try settings.double("attention_factor")
          ?? RotaryScaling.longMagnitude(factor: factor, original: original))
      self.context = isLong ? nil : min(original, context)
    default:
      throw ModelFileError.unsupported(file: settings.file, what: "positions scaled as '\(type)'")
    }
    try settings.requireNothingElse()
  }

  private static func yarn(
    _ settings: ModelSettings, _ original: Int, _ context: Int
  ) throws -> RotaryScaling {
    let factor = try positive(
      settings.double("factor") ?? Double(context) / Double(original), "factor", settings.file)
    let scale = (try settings.double("mscale") ?? 0, try settings.double("mscale_all_dim") ?? 0)
    let magnitude =
      if let given = try settings.double("attention_factor") {
        given
      } else if scale.0 != 0,
        scale.1 != 0
      {
        RotaryScaling.yarnMagnitude(factor: factor, scale: scale.0)
          / RotaryScaling.yarnMagnitude(factor: factor, scale: scale.1)
      } else { RotaryScaling.yarnMagnitude(factor: factor) }
    let given = (try settings.double("beta_fast") ?? 32, try settings.double("beta_slow") ?? 1)
    return .yarn(
      factor: factor, original: original,
      fast: try positive(given.0, "beta_fast", settings.file),
      slow: try positive(given.1, "beta_slow", settings.file),
      truncates: try settings.flag("truncate") ?? true, magnitude: magnitude)
  }

  private static func positive(
    _ number: Double, _ name: String, _ file: String
  ) throws -> Double {
    guard number > 0 else {
      throw ModelFileError.malformed(
        file: file, reason: "'\(name)' is \(number), not a positive number")
    }
    return number
  }
}

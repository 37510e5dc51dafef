import AffineModels
import ArgumentParser

/// The texts that a model is calibrated with and judged by.
struct QuantizationTexts: ParsableArguments {
  @Option(help: "A text in UTF-8 whose tokens calibrate.") var calibrate: String?
  @Option(help: "Tokens to calibrate with; usually 8192.") var calibrationTokens: Int?
  @Option(help: "Parts of the model; each sees what those before it write, quantized. Usually 1.")
  var parts: Int?
  @Flag(
    inversion: .prefixedNo,
    help: "Let every token count alike, however large its inputs; papers sum inputs as they are.")
  var normalizeTokens = true
  @Option(help: "A text in UTF-8, another one, to judge the model by before and after.")
  var text: String?
  @Option(help: "Use only so many of that text's tokens.") var tokens: Int?
  @Option(help: "Tokens of a window of a language model; usually 512.") var context: Int?

  func validate() throws {
    for (name, value) in [
      ("--calibration-tokens", calibrationTokens), ("--tokens", tokens), ("--context", context),
    ] {
      guard let value, value < 2 else { continue }
      throw ValidationError("\(name) must be 2 or more, not \(value)")
    }
    if let parts { try require(parts, in: 1...4096, for: "--parts") }
    let ofCalibration = [
      ("--calibration-tokens", calibrationTokens != nil), ("--parts", parts != nil),
      ("--no-normalize-tokens", !normalizeTokens),
    ]
    if calibrate == nil, let (option, _) = ofCalibration.first(where: \.1) {
      throw ValidationError("\(option) is of the text that calibrates: --calibrate names it")
    }
    guard text != nil || tokens == nil else {
      throw ValidationError("--tokens is of the text to judge by: --text names it")
    }
    guard text != nil || calibrate != nil || context == nil else {
      throw ValidationError("--context is of texts: --calibrate and --text name them")
    }
  }

  /// What a model is run on, if anything.
  func calibration<Model>(_ source: TokenizedModel<Model>) throws -> CalibrationSettings {
    var settings = CalibrationSettings(
      try calibrate.map { try sequences(source, $0, most: calibrationTokens ?? 8192) }
        ?? [])
    settings.parts = parts ?? 1
    settings.balancesTokens = normalizeTokens
    return settings
  }

  /// The sequences of the text to judge by, if there is one.
  func judged<Model>(_ source: TokenizedModel<Model>) throws -> [[Int]]? {
    try text.map { try sequences(source, $0, most: tokens) }
  }

  /// Tokens of a window of a language model.
  var window: Int { context ?? 512 }

  private func sequences<Model>(
    _ source: TokenizedModel<Model>, _ path: String, most: Int?
  ) throws -> [[Int]] {
    guard source.readsOn || context == nil else {
      throw Failure("--context is of language models: '\(path)' is read a line at a time")
    }
    return try source.sequences(path, most: most, context: window)
  }
}

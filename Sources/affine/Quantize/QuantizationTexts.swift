import AffineModels
import ArgumentParser

/// The texts that a model is calibrated with and judged by.
struct QuantizationTexts: ParsableArguments {
  @Option(help: "A text in UTF-8 whose tokens calibrate.") var calibrate: String?
  @Option(help: "Tokens to calibrate with.") var calibrationTokens = 8192
  @Option(help: "Parts of the model; each sees what those before it write, quantized.")
  var parts = 1
  @Flag(
    inversion: .prefixedNo,
    help: "Let every token count alike, however large its inputs; papers sum inputs as they are.")
  var normalizeTokens = true
  @Option(help: "A text in UTF-8, another one, to judge the model by before and after.")
  var text: String?
  @Option(help: "Use only so many of that text's tokens.") var tokens: Int?
  @Option(help: "Tokens of a window.") var context = 512

  func validate() throws {
    for (name, value) in [
      ("--calibration-tokens", calibrationTokens), ("--tokens", tokens ?? 2),
      ("--context", context),
    ] where value < 2 {
      throw ValidationError("\(name) must be 2 or more, not \(value)")
    }
    guard (1...4096).contains(parts) else {
      throw ValidationError("--parts must lie in 1...4096, not be \(parts)")
    }
  }

  /// What a model is run on, if anything.
  func calibration<Model>(_ source: TokenizedModel<Model>) throws -> CalibrationSettings {
    var settings = CalibrationSettings(
      try calibrate.map { try source.sequences($0, most: calibrationTokens, context: context) }
        ?? [])
    settings.parts = parts
    settings.balancesTokens = normalizeTokens
    return settings
  }

  /// The sequences of the text to judge by, if there is one.
  func judged<Model>(_ source: TokenizedModel<Model>) throws -> [[Int]]? {
    try text.map { try source.sequences($0, most: tokens, context: context) }
  }
}

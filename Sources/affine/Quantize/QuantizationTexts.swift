import AffineModels
import ArgumentParser

/// The texts that a model is calibrated with and judged by.
struct QuantizationTexts: ParsableArguments {
  @OptionGroup var calibration: CalibrationChoices
  @Option(help: "A text in UTF-8, another one, to judge the model by before and after.")
  var text: String?
  @Option(help: "Use only so many of that text's tokens.") var tokens: Int?
  @Option(
    help: "Tokens of a window of a language model; 512 or the model's context if nobody says.")
  var context: Int?

  func validate() throws {
    try require(tokens, atLeast: 2, for: "--tokens")
    try require(context, atLeast: 2, for: "--context")
    guard text != nil || tokens == nil else {
      throw ValidationError("--tokens is of the text to judge by: --text names it")
    }
    guard text != nil || calibration.calibrate != nil || context == nil else {
      throw ValidationError("--context is of texts: --calibrate and --text name them")
    }
  }

  /// What a model is run on, if anything.
  func calibrationSettings<Model>(
    _ source: TokenizedModel<Model>
  ) throws -> CalibrationSettings {
    let most = calibration.calibrationTokens ?? 8192
    var settings = CalibrationSettings(
      try calibration.calibrate.map { try source.sequences($0, most: most, context: context) } ?? []
    )
    settings.parts = calibration.parts ?? 1
    settings.balancesTokens = calibration.normalizeTokens
    return settings
  }

  /// The sequences of the text to judge by, if there is one.
  func judged<Model>(_ source: TokenizedModel<Model>) throws -> [[Int]]? {
    try text.map { try source.sequences($0, most: tokens, context: context) }
  }
}

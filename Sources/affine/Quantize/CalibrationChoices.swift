import ArgumentParser

/// The text that a model is calibrated with, and how.
struct CalibrationChoices: ParsableArguments {
  @Option(help: "A text in UTF-8 whose tokens calibrate.") var calibrate: String?
  @Option(
    help: "Tokens to calibrate with; usually 8192, and 4096 where ways to quantize are compared.")
  var calibrationTokens: Int?
  @Option(help: "Parts of the model; each sees what those before it write, quantized. Usually 1.")
  var parts: Int?
  @Flag(
    inversion: .prefixedNo,
    help: "Let every token count alike, however large its inputs; papers sum inputs as they are.")
  var normalizeTokens = true

  func validate() throws {
    try require(calibrationTokens, atLeast: 2, for: "--calibration-tokens")
    if let parts { try require(parts, in: 1...4096, for: "--parts") }
    let ofCalibration = [
      ("--calibration-tokens", calibrationTokens != nil), ("--parts", parts != nil),
      ("--no-normalize-tokens", !normalizeTokens),
    ]
    if calibrate == nil, let (option, _) = ofCalibration.first(where: \.1) {
      throw ValidationError("\(option) is of the text that calibrates: --calibrate names it")
    }
  }
}

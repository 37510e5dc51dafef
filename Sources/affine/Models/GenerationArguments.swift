import AffineModels
import ArgumentParser

/// How tokens are chosen, and where a text ends.
struct GenerationArguments: ParsableArguments {
  @Option(help: "New tokens at most.") var tokens = 128
  @Option(help: "How far unlikely tokens are taken; 0: never.") var temperature: Float = 0
  @Option(help: "Draw from so many tokens.") var topK: Int?
  @Option(help: "Draw from the likeliest tokens of this probability together.")
  var topP: Float?
  @Option(help: "Draw from tokens at least this part as likely as the likeliest.")
  var minP: Float?
  @Option(help: "Divide logits of the last 64 tokens by this.") var repetitionPenalty: Float = 1
  @Option(help: "Fixes what is drawn: 0 to 18446744073709551615, usually 0.") var seed: UInt64?
  @Option(help: "End the text before this string; may be given several times.")
  var stop: [String] = []
  @Flag(help: "Go on after tokens that end the text.") var ignoreEnd = false

  func validate() throws {
    try require(tokens, atLeast: 1, for: "--tokens")
    try require(temperature, in: 0...Float.greatestFiniteMagnitude, for: "--temperature")
    try require(topK, atLeast: 1, for: "--top-k")
    if let topP { try require(topP, in: .leastNonzeroMagnitude...1, for: "--top-p") }
    if let minP { try require(minP, in: 0...1, for: "--min-p") }
    try require(
      repetitionPenalty, in: .leastNonzeroMagnitude...Float.greatestFiniteMagnitude,
      for: "--repetition-penalty")
    let ofDrawing = [
      ("--top-k", topK != nil), ("--top-p", topP != nil), ("--min-p", minP != nil),
      ("--seed", seed != nil),
    ]
    if temperature == 0, let (option, _) = ofDrawing.first(where: \.1) {
      throw ValidationError(
        "\(option) is of tokens that are drawn: --temperature must be more than 0")
    }
    guard !stop.contains("") else { throw ValidationError("--stop must not be empty") }
  }

  func options(_ model: LanguageModelOptions) throws -> GenerationOptions {
    var options = GenerationOptions()
    options.maximumTokens = tokens
    options.sampler = try Sampler(
      temperature: temperature, topK: topK, topP: topP ?? 1, minP: minP ?? 0,
      repetitionPenalty: repetitionPenalty, seed: seed ?? 0)
    options.stops = stop
    options.ignoresEnd = ignoreEnd
    options.cache = model.cache
    return options
  }
}

import AffineBench
import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import ArgumentParser

/// Continues a text.
struct GenerateCommand: ParsableCommand {
  /// The result, as scripts read it.
  struct Report: Encodable {
    let text: String
    let tokens, promptTokens: Int
    let prefillTokensPerSecond: Double
    @Nullable var decodeTokensPerSecond: Double?
    let peakResidentBytes, cacheBytes: Int
    let loadSeconds: Double
    let model, activations, cache: String
    let threads: Int
    let tokenIds: [Int]
  }

  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continue a text with a language model.",
    discussion: """
      The text goes to standard output as it comes. With temperature 0 the likeliest token is taken every
      time; else one is drawn: logits are divided by the temperature, then --top-k and --top-p leave the
      likeliest. The same seed draws the same text, on any machine and number of threads.

      The prompt's tokens run through the model in one pass, which prefillTokensPerSecond is the rate of;
      decodeTokensPerSecond is that of the tokens after the first new one, each a pass of its own.
      """)

  @OptionGroup var options: LanguageModelOptions
  @Option(help: "The text to continue.") var prompt: String
  @Flag(help: "The prompt is what a user says: write it as the model's chat template wants it.")
  var chat = false
  @Option(help: "With --chat: what the model is told first.") var system: String?
  @Option(help: "Use only so many of the prompt's tokens.") var promptTokens: Int?
  @Option(help: "New tokens at most.") var tokens = 128
  @Option(help: "How far unlikely tokens are taken; 0: never.") var temperature: Float = 0
  @Option(help: "Draw from so many tokens.") var topK: Int?
  @Option(help: "Draw from the likeliest tokens of this probability together.")
  var topP: Float = 1
  @Option(help: "Divide logits of the last 64 tokens by this.") var repetitionPenalty: Float = 1
  @Option(help: "Fixes what is drawn: 0 to 18446744073709551615.") var seed: UInt64 = 0
  @Flag(help: "Go on after tokens that end the text.") var ignoreEnd = false
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    guard tokens >= 1 else { throw ValidationError("--tokens must be 1 or more, not \(tokens)") }
    if let promptTokens, promptTokens < 1 {
      throw ValidationError("--prompt-tokens must be 1 or more, not \(promptTokens)")
    }
    guard chat || system == nil else { throw ValidationError("--system needs --chat") }
    try require(temperature, in: 0...Float.greatestFiniteMagnitude, for: "--temperature")
    if let topK { try require(topK, in: 1...Int.max, for: "--top-k") }
    try require(topP, in: .leastNonzeroMagnitude...1, for: "--top-p")
    try require(
      repetitionPenalty, in: .leastNonzeroMagnitude...Float.greatestFiniteMagnitude,
      for: "--repetition-penalty")
  }

  func run() throws {
    let execution = try options.execution()
    let model = try options.load(on: execution)
    var read =
      try chat ? model.chatTokens(prompt, system: system) : model.tokenizer.tokens(prompt)
    if let promptTokens { read = Array(read.prefix(promptTokens)) }
    guard !read.isEmpty else { throw Failure("the prompt has no tokens") }
    let clock = ContinuousClock()
    let started = clock.now
    var generator = try Generator(
      model.llama, prompt: read, sampler: try sampler(),
      ends: ignoreEnd ? [] : model.tokenizer.ends,
      cache: KeyValueCache(model.llama.configuration, format: options.cache), on: execution)
    let prefill = (clock.now - started).inSeconds
    var (text, stream) = ("", TokenStream(model.tokenizer))
    var decodingSince = clock.now
    var count = 0
    while count < tokens, let token = try generator.next() {
      count += 1
      if count == 1 { decodingSince = clock.now }
      try show(stream.append(token), &text)
    }
    let decode = (clock.now - decodingSince).inSeconds
    try show(stream.finish(), &text)
    guard format == .json else { return try affine.show("") }
    try printJSON(
      Report(
        text: text, tokens: count, promptTokens: read.count,
        prefillTokensPerSecond: Double(read.count) / prefill,
        decodeTokensPerSecond: count > 1 ? Double(count - 1) / decode : nil,
        peakResidentBytes: ResidentMemory.peakBytes, cacheBytes: generator.cache.byteCount,
        loadSeconds: model.seconds, model: options.model, activations: options.activations,
        cache: options.cache.rawValue, threads: execution.threads,
        tokenIds: Array(generator.tokens.dropFirst(read.count))))
  }

  private func sampler() throws -> Sampler {
    try Sampler(
      temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
      seed: seed)
  }

  private func show(_ part: String, _ text: inout String) throws {
    text += part
    if format == .table { try StandardStream.output.write(part) }
  }
}

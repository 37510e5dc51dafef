import AffineBench
import AffineDistributed
import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import ArgumentParser

/// Continues a text.
struct GenerateCommand: ParsableCommand, RankedCommand {
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
    @Nullable var ranks: RankReport?
  }

  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continue a text with a language model, or several together.",
    discussion: """
      The text goes to standard output as it comes. With temperature 0 the likeliest token is taken every \
      time; else one is drawn: logits are divided by the temperature, then --top-k, --top-p and --min-p leave the \
      likeliest. The same seed draws the same text, on any machine and number of threads.

      The prompt's tokens run through the model in one pass, which prefillTokensPerSecond is the rate of; \
      decodeTokensPerSecond is that of the tokens after the first new one, each a pass of its own.

      The prompts of --prompts, a line each, run together, so that the model's weights are read once for all; \
      each text is what it would be alone. They are printed when all are done.

      Under mpirun, with a build that has the trait MPI, each rank holds its rows of every weight; the text is that of \
      one rank.

      Examples:
        affine generate --model model.gguf --prompt "Once upon a time" --stop "The end"
        affine generate --model model.gguf --prompt - < beginning.txt
        affine generate --model model.gguf --prompts lines.txt --format json
        mpirun -n 2 affine generate --model model.gguf --prompt "Once upon a time" --threads 1
      """)

  @OptionGroup var options: LanguageModelOptions
  @Option(help: "The text to continue; -: what standard input has, but for its last newline.")
  var prompt: String?
  @Option(help: "A UTF-8 file with a text a line to continue, all together; -: standard input.")
  var prompts: String?
  @Flag(help: "The prompt is what a user says: write it as the model's chat template wants it.")
  var chat = false
  @Option(help: "With --chat: what the model is told first.") var system: String?
  @Option(help: "Use only so many of the prompt's tokens.") var promptTokens: Int?
  @OptionGroup var generation: GenerationArguments
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    guard (prompt == nil) != (prompts == nil) else {
      throw ValidationError("one of --prompt and --prompts says what to continue")
    }
    guard prompts == nil || (!chat && promptTokens == nil) else {
      throw ValidationError("--chat and --prompt-tokens are for one --prompt")
    }
    try require(promptTokens, atLeast: 1, for: "--prompt-tokens")
    guard chat || system == nil else { throw ValidationError("--system needs --chat") }
  }

  func run() throws {
    let execution = try options.execution()
    let ranks = try Ranks.join()
    if ranks.size > 1 { try Ranks.card().compare(over: ranks) }
    let texts = try Ranks.texts {
      try prompts.map(GenerateCommand.lines) ?? prompt.map { [try GenerateCommand.text($0)] } ?? []
    }
    let exchange = LayerExchange(ranks)
    let clock = ContinuousClock()
    let started = clock.now
    let model = try options.load(on: execution, over: exchange)
    let seconds = (clock.now - started).inSeconds
    if ranks.size > 1 { try card(model, texts).compare(over: ranks) }
    if prompts != nil {
      try continueAll(texts, model, exchange, loadSeconds: seconds)
    } else {
      for prompt in texts { try continueOne(prompt, model, exchange, loadSeconds: seconds) }
    }
  }

  /// What ranks must have in common that is read from files beside the weights.
  private func card(_ model: LanguageModel, _ texts: [String]) throws -> RankCard {
    var card = RankCard()
    card.add("template of conversations", Ranks.digest(Array((model.chatTemplate ?? "").utf8)))
    card.add("list of tokens that end a text", "\(model.tokenizer.ends.sorted())")
    // Texts of tokens decide where --stop ends one, and no prompt need have any of them.
    card.add(
      "tokenizer", Ranks.digest(try ModelSource.open(options.model).tokenizerContents()))
    for (index, text) in texts.enumerated() {
      let tokens = try chat ? model.tokens(of: messages(text)) : model.tokenizer.tokens(text)
      card.add("list of tokens of prompt \(index + 1)", Ranks.digest(Buffer(tokens).bytes.array))
    }
    return card
  }

  private func continueOne(
    _ prompt: String, _ model: LanguageModel, _ exchange: LayerExchange, loadSeconds: Double
  ) throws {
    var read =
      try chat ? model.tokens(of: messages(prompt)) : model.tokenizer.tokens(prompt)
    if let promptTokens { read = Array(read.prefix(promptTokens)) }
    guard !read.isEmpty else { throw Failure("the prompt has no tokens") }
    let clock = ContinuousClock()
    let started = clock.now
    var writer = try model.generator(
      after: read, try generation.options(options), goesOn: !chat)
    let prefill = (clock.now - started).inSeconds
    // Since the first piece, and of so many tokens before it.
    var (text, decodingSince, first) = ("", clock.now, 0)
    while let piece = try writer.next() {
      if text.isEmpty { (decodingSince, first) = (clock.now, writer.count) }
      text += piece
      if format == .table, Ranks.isFirst { try StandardStream.output.write(piece) }
    }
    let decode = (clock.now - decodingSince).inSeconds
    let ranks = try RankReport(exchange, model)
    guard Ranks.isFirst else { return }
    guard format == .json else { return try show("") }
    try printJSON(
      Report(
        text: text, tokens: writer.count, promptTokens: read.count,
        prefillTokensPerSecond: Double(read.count) / prefill,
        decodeTokensPerSecond: writer.count > first && first > 0
          ? Double(writer.count - first) / decode : nil,
        peakResidentBytes: ResidentMemory.peakBytes, cacheBytes: writer.generator.cache.byteCount,
        loadSeconds: loadSeconds, model: options.model, activations: options.activations,
        cache: options.cache.rawValue, threads: model.execution.threads,
        tokenIds: Array(writer.generator.tokens.dropFirst(read.count)), ranks: ranks))
  }

  private func messages(_ prompt: String) -> [ChatMessage] {
    let told = system.map { ChatMessage(role: "system", content: $0) }
    return [told, ChatMessage(role: "user", content: prompt)].compactMap(\.self)
  }
}

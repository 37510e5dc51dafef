import AffineLayers
import AffineModels
import AffineQuant
import ArgumentParser

/// How well a model foresees a text.
struct PerplexityCommand: ParsableCommand {
  /// The result, as scripts read it.
  struct Report: Encodable {
    let perplexity: Double
    let tokens, windows, context: Int
    let begin: Bool
    let seconds: Double
    let peakResidentBytes: Int
    let model, activations, cache: String
  }

  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "How well a language model foresees a text.",
    discussion: """
      The text's tokens are cut into neighbouring windows of --context tokens, the last one shorter. The \
      model reads each window from nothing, and every token of it but the first counts: perplexity is e \
      to the mean of -ln p. No token is put before the text or a window, unless --begin asks for the one that \
      begins texts: models such as Gemma never saw a text without it.
      """)

  @OptionGroup var options: LanguageModelOptions
  @Option(help: "The text, a file in UTF-8.") var text: String
  @Option(help: "Tokens of a window; by default 512 or the model's context.") var context: Int?
  @Flag(help: "Begin each window with the token that begins texts, which is one of --context.")
  var begin = false
  @Option(help: "Use only so many of the text's tokens.") var tokens: Int?
  @Option(help: "How to print.") var format = OutputFormat.table

  func validate() throws {
    try require(context, atLeast: 2, for: "--context")
    try require(tokens, atLeast: 2, for: "--tokens")
  }

  func run() throws {
    let execution = try options.execution()
    let contents = try affine.text(of: text)
    let model = try options.load(on: execution)
    let most = model.decoder.configuration.context
    let context = self.context ?? min(512, most)
    guard context <= most else {
      throw Failure("--context is \(context), and the model's is \(most)")
    }
    let all = model.tokenizer.tokens(contents, addSpecial: false, parseSpecial: false)
    let beginning = try beginning(model.tokenizer)
    let windows = Perplexity.windows(
      Array(all.prefix(tokens ?? all.count)), context: context - beginning.count
    ).map { beginning + $0 }
    let clock = ContinuousClock()
    let started = clock.now
    var perplexity = Perplexity()
    let progress = Progress()
    defer { progress.finish() }
    for (index, window) in windows.enumerated() {
      try perplexity.count(window, model.decoder, cache: options.cache, on: execution)
      let seconds = (clock.now - started).inSeconds
      let left = seconds / Double(index + 1) * Double(windows.count - index - 1)
      progress.show(
        "window \(index + 1) of \(windows.count), perplexity \(perplexity.value.short), "
          + "\(left.rounded(.up).fixed(0)) s left")
    }
    progress.finish()
    guard perplexity.tokens > 0 else { throw Failure("'\(text)' has fewer than two tokens") }
    let report = Report(
      perplexity: perplexity.value, tokens: perplexity.tokens, windows: windows.count,
      context: context, begin: begin, seconds: (clock.now - started).inSeconds,
      peakResidentBytes: ResidentMemory.peakBytes, model: options.model,
      activations: options.activations, cache: options.cache.rawValue)
    switch format {
    case .json: try printJSON(report)
    case .table:
      try show(
        "perplexity \(report.perplexity.fixed(4))"
          + " over \(report.tokens) tokens in \(report.seconds.short) s")
    }
  }

  /// What each window begins with.
  private func beginning(_ tokenizer: any LanguageTokenizer) throws -> [Int] {
    guard begin else { return [] }
    guard let token = tokenizer.bosToken else {
      throw Failure("no token begins the texts of this model: leave --begin out")
    }
    return [token]
  }
}

import AffineBench
import AffineDistributed
import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant

extension GenerateCommand {
  /// What several prompts became, as scripts read it.
  struct BatchReport: Encodable {
    struct Text: Encodable {
      let prompt, text: String
      let tokenIds: [Int]
    }

    let texts: [Text]
    /// Of all texts, reading prompts included.
    let tokens: Int
    let tokensPerSecond: Double
    let peakResidentBytes: Int
    let loadSeconds: Double
    let model, activations, cache: String
    let threads: Int
    @Nullable var ranks: RankReport?
  }

  /// The prompt that an argument names or is.
  static func text(_ prompt: String) throws -> String {
    guard prompt == "-" else { return prompt }
    let text = try standardInput()
    // By bytes: characters with many marks take long to compare.
    var bytes = text.utf8[...]
    guard bytes.last == UInt8(ascii: "\n") else { return text }
    bytes = bytes.dropLast()
    if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    return String(Substring(bytes))
  }

  /// The prompts in a file, a line each.
  static func lines(_ path: String) throws -> [String] {
    let contents = path == "-" ? try standardInput() : try affine.text(of: path)
    let lines = try contents.lines(of: path, omittingEmpty: true)
    guard !lines.isEmpty else { throw Failure("'\(path)' has no prompts") }
    return lines
  }

  private static func standardInput() throws -> String {
    guard let text = String(validating: try StandardStream.input.contents(), as: UTF8.self) else {
      throw Failure("standard input is not UTF-8")
    }
    return text
  }

  func continueAll(
    _ prompts: [String], _ model: LanguageModel, _ exchange: LayerExchange, loadSeconds: Double
  ) throws {
    if let empty = prompts.firstIndex(where: { model.tokenizer.tokens($0).isEmpty }) {
      throw Failure("prompt \(empty + 1) has no tokens")
    }
    let clock = ContinuousClock()
    let started = clock.now
    let found = try model.continuations(of: prompts, try generation.options(options))
    let seconds = (clock.now - started).inSeconds
    let ranks = try RankReport(exchange, model)
    guard Ranks.isFirst else { return }
    switch format {
    case .table:
      for (number, text) in found.enumerated() {
        try show("\(number + 1): \(prompts[number])\(text.text)")
      }
    case .json:
      let count = found.reduce(0) { $0 + $1.tokens.count }
      try printJSON(
        BatchReport(
          texts: zip(prompts, found).map {
            BatchReport.Text(prompt: $0, text: $1.text, tokenIds: $1.tokens)
          },
          tokens: count, tokensPerSecond: Double(count) / seconds,
          peakResidentBytes: ResidentMemory.peakBytes, loadSeconds: loadSeconds,
          model: options.model, activations: options.activations, cache: options.cache.rawValue,
          threads: model.execution.threads, ranks: ranks))
    }
  }
}

import AffineFormats
import AffineLayers
import AffineModels
import ArgumentParser

/// Talks with a model.
struct ChatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talk with a language model, a line a turn.",
    discussion: """
      Lines come from standard input, and answers go to standard output as they come; the end of the input ends \
      the conversation. Empty lines are no turns. A turn that does not fit the model's context is said to be left \
      out, and those after it go on; the command then ends with status 1. What was read and said before is kept: of each turn only \
      what is new runs through the model.

      Example:
        affine chat --model SmolLM2-135M-Instruct.Q4_1.gguf --system "Answer in one sentence."
      """)

  @OptionGroup var options: LanguageModelOptions
  @Option(help: "What the model is told first.") var system: String?
  @OptionGroup var generation: GenerationArguments

  func run() throws {
    let model = try options.load(on: try options.execution())
    guard model.chatTemplate != nil else {
      throw Failure("'\(options.model)': \(LanguageModelError.noChatTemplate)")
    }
    var conversation = Conversation(model, system: system, try generation.options(options))
    var leavesOut = false
    var lines = InputLines()
    while let line = try lines.next() {
      guard !line.allSatisfy(\.isWhitespace) else { continue }
      do {
        try conversation.answer(line) { try StandardStream.output.write($0) }
        try show("")
      } catch let error as DecoderError {
        guard case .contextFull = error else { throw error }
        leavesOut = true
        try StandardStream.error.write("\(error): this turn is left out\n")
      }
    }
    if leavesOut { throw ExitCode.failure }
  }
}

internal import AffineFormats
internal import AffineLayers

/// A conversation with a model, turn by turn; of each turn only what is new is read.
///
///     var conversation = Conversation(try LanguageModel(path), system: "Be brief.")
///     try conversation.answer("What is the capital of France?") { print($0, terminator: "") }
public struct Conversation: Sendable {
  /// What answers.
  public let model: LanguageModel
  /// How, and where answers end.
  public var options: GenerationOptions
  /// The turns so far.
  public private(set) var messages: [ChatMessage]
  /// How many tokens the model read for the last answer before it began that.
  public private(set) var readTokens = 0
  /// What the model has read and said, as tokens and as text; of all but the last token, the cache.
  private var (tokens, text): ([Int], String) = ([], "")
  private var cache: KeyValueCache

  /// Begins a conversation.
  ///
  /// - Parameters:
  ///   - model: What answers.
  ///   - system: What stands before the first turn; `nil`: nothing.
  ///   - options: How, and where answers end.
  public init(
    _ model: LanguageModel, system: String? = nil,
    _ options: GenerationOptions = GenerationOptions()
  ) {
    self.model = model
    self.options = options
    messages = [system.map { ChatMessage(role: "system", content: $0) }].compactMap(\.self)
    cache = KeyValueCache(model.decoder.configuration, format: options.cache)
  }

  /// Takes a turn and answers it.
  ///
  /// After an error, also one that `body` throws, the conversation is as it was.
  ///
  /// - Parameters:
  ///   - message: What the user says.
  ///   - body: Sees the answer piece by piece.
  /// - Returns: The answer.
  /// - Throws: ``LanguageModelError/noChatTemplate``; ``TemplateError``; as ``TextGenerator``.
  @discardableResult
  public mutating func answer(
    _ message: String, _ body: (_ piece: String) throws -> Void = { _ in }
  ) throws -> String {
    let asked = messages + [ChatMessage(role: "user", content: message)]
    let written = try model.text(of: asked)
    let prompt = tokens(ofWritten: written)
    var known = self.cache
    // One token is read in any case, for what comes after it.
    let shared = min(zip(prompt, tokens).prefix { $0 == $1 }.count, known.count, prompt.count - 1)
    known.truncate(to: max(shared, 0))
    var (answer, writer) = (
      "", try model.generator(after: prompt, options, cache: known)
    )
    while let piece = try writer.next() {
      answer += piece
      try body(piece)
    }
    readTokens = prompt.count - known.count
    (tokens, cache) = (writer.generator.tokens, writer.generator.cache)
    text = written + said(tokens.dropFirst(prompt.count))
    messages = asked + [ChatMessage(role: "assistant", content: answer)]
    return answer
  }

  /// The tokens of what a template wrote: those that were read and said before, where it goes on with them.
  ///
  /// Tokens of an answer need not be those that a tokenizer makes of its text.
  private func tokens(ofWritten written: String) -> [Int] {
    if !text.isEmpty, written.utf8.starts(with: text.utf8) {
      let rest = String(decoding: written.utf8.dropFirst(text.utf8.count), as: UTF8.self)
      let new = model.tokenizer.tokens(rest, addSpecial: false, parseSpecial: true)
      // Some tokenizers put a space before a text, which there is none of here.
      if said(new).isSame(as: rest) { return tokens + new }
    }
    return model.tokens(ofWritten: written)
  }

  /// The text of tokens within a text.
  private func said(_ tokens: some Sequence<Int>) -> String {
    var stream = TokenStream(model.tokenizer, showSpecial: true, goesOn: true)
    return tokens.reduce(into: "") { $0 += stream.append($1) } + stream.finish()
  }
}

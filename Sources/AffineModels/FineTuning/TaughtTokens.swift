internal import AffineFormats

/// The tokens of a document, and which of them a model is taught.
public struct TaughtTokens: Sendable, Hashable {
  /// The tokens.
  public let tokens: [Int]
  /// As many: whether what comes before is to foresee it.
  public let isTaught: [Bool]

  /// A text as models are trained on it: with the tokens that begin and end a sequence.
  public init(_ text: String, _ tokenizer: some LanguageTokenizer) {
    var tokens = tokenizer.tokens(text)
    if let end = tokenizer.eosToken, tokens.last != end { tokens.append(end) }
    self.tokens = tokens
    isTaught = tokens.map { _ in true }
  }

  /// A conversation as a model wants it written, the answers taught: all that the template writes for a message
  /// of the assistant, after what begins it, and so the token that ends its turn too.
  ///
  /// An answer lies between the text until it, with what begins an answer, and the text with it; both must begin the
  /// whole text. A token belongs to an answer if its first byte does.
  ///
  /// - Parameters:
  ///   - messages: The turns.
  ///   - template: The model's.
  ///   - tokenizer: The model's.
  /// - Throws: ``FineTuningError``: no answer, a template that refuses the turns or whose answers cannot be told
  ///   from the rest.
  public init(
    _ messages: [ChatMessage], _ template: ChatTemplate, _ tokenizer: some LanguageTokenizer
  ) throws(FineTuningError) {
    let names = [tokenizer.bosToken, tokenizer.eosToken].map { tokenizer.name(of: $0) }
    func text(_ count: Int, begins: Bool) throws(FineTuningError) -> [UInt8] {
      do {
        return Array(
          try template.render(
            messages: Array(messages.prefix(count)), addGenerationPrompt: begins,
            bosToken: names[0], eosToken: names[1]
          ).utf8)
      } catch { throw .template(message: count + (begins ? 1 : 0), error) }
    }
    let answers = messages.indices.filter { messages[$0].role.isSame(as: "assistant") }
    guard !answers.isEmpty else { throw .noAnswer }
    let whole = try text(messages.count, begins: false)
    var spans: [Range<Int>] = []
    for answer in answers {
      let before = try text(answer, begins: true)
      let with = try text(answer + 1, begins: false)
      guard whole.starts(with: with), with.starts(with: before) else {
        throw .answerMoves(message: answer + 1)
      }
      spans.append(before.count..<with.count)
    }
    let written = String(decoding: whole, as: UTF8.self)
    let hasBeginning = tokenizer.begins(written: written)
    let tokens = tokenizer.tokens(written, addSpecial: !hasBeginning, parseSpecial: true)
    var (byte, isTaught): (Int, [Bool]) = (0, [])
    for (index, token) in tokens.enumerated() {
      // What is put before the text is none of it.
      if index == 0, !hasBeginning, token == tokenizer.bosToken {
        isTaught.append(false)
        continue
      }
      let bytes = tokenizer.bytes(of: token, isFirst: byte == 0, showSpecial: true)
      // What is put behind it is none of it either.
      if byte == whole.count, token == tokenizer.eosToken {
        isTaught.append(false)
        continue
      }
      guard whole[byte...].starts(with: bytes) else { throw .tokensDiffer(byte: byte) }
      isTaught.append(spans.contains { $0.contains(byte) })
      byte += bytes.count
    }
    guard byte == whole.count else { throw .tokensDiffer(byte: byte) }
    self.tokens = tokens
    self.isTaught = isTaught
  }
}

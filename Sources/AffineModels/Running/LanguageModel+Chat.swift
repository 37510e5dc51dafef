extension LanguageModel {
  /// A conversation as the model wants it written, up to where the model answers.
  ///
  /// - Throws: ``LanguageModelError/noChatTemplate``; ``TemplateError``.
  func text(of messages: [ChatMessage]) throws -> String {
    guard let chatTemplate else { throw LanguageModelError.noChatTemplate }
    return try ChatTemplate(chatTemplate).render(
      messages: messages, bosToken: tokenizer.name(of: tokenizer.bosToken),
      eosToken: tokenizer.name(of: tokenizer.eosToken))
  }

  /// The tokens of a conversation's beginning, up to where the model answers.
  ///
  /// - Throws: ``LanguageModelError/noChatTemplate``; ``TemplateError``.
  public func tokens(of messages: [ChatMessage]) throws -> [Int] {
    tokens(ofWritten: try text(of: messages))
  }

  /// The tokens of what a template wrote, which may begin with the token that begins a text.
  func tokens(ofWritten text: String) -> [Int] {
    tokenizer.tokens(text, addSpecial: !tokenizer.begins(written: text), parseSpecial: true)
  }
}

/// How a model wants a conversation written: a template in Jinja, as `tokenizer.chat_template` of GGUF
/// files and tokenizer configurations have it.
///
/// The part of Jinja that chat templates use: `if`, `for`, `set`, `macro`, `call`, `with`, `filter`,
/// `break`, `raw`, `generation`, expressions with the filters, tests and methods of strings and
/// sequences, `namespace`, `raise_exception` and `strftime_now`. A statement that is missing is named by
/// a ``TemplateError`` when the template is read; a function, filter, test or method where a
/// conversation comes to it.
public struct ChatTemplate: Sendable {
  private let nodes: [TemplateNode]

  /// Reads a template.
  ///
  /// - Throws: ``TemplateError``.
  public init(_ source: String) throws(TemplateError) {
    nodes = try TemplateParser.nodes(source)
  }

  /// Writes a conversation as the model wants it.
  ///
  /// The text has control tokens by their names: tokenize it with `parseSpecial`, and without
  /// `addSpecial` if the template begins with `bosToken`. A message of a stranger's that has such a
  /// name will then be taken for the token.
  ///
  /// - Parameters:
  ///   - messages: The turns until now.
  ///   - addGenerationPrompt: End with what begins the model's answer.
  ///   - bosToken: The text of the token that begins a sequence.
  ///   - eosToken: The text of the token that ends one.
  ///   - time: What templates that ask for the time are told.
  /// - Returns: The text.
  /// - Throws: ``TemplateError``, ``TemplateError/raised(_:)`` if the template refuses the messages.
  public func render(
    messages: [ChatMessage], addGenerationPrompt: Bool = true, bosToken: String = "",
    eosToken: String = "", at time: CivilTime = .now
  ) throws(TemplateError) -> String {
    var turns: [TemplateValue] = []
    var count = 0
    for message in messages {
      turns.append(
        .dictionary(
          try TemplateDictionary(
            [.string("role"), .string("content")],
            [.string(message.role), .string(message.content)])))
      count += message.role.utf8.count + message.content.utf8.count
    }
    var interpreter = TemplateInterpreter(
      [
        "messages": .list(try TemplateList(turns)),
        "add_generation_prompt": .boolean(addGenerationPrompt),
        "bos_token": .string(bosToken), "eos_token": .string(eosToken),
      ], at: time, TemplateBudget(conversation: count))
    return try interpreter.text(nodes)
  }
}

/// How a model wants a conversation written: a template in Jinja, as `tokenizer.chat_template` of GGUF
/// files and tokenizer configurations have it.
///
/// The part of Jinja that chat templates use: `if`, `for`, `set` with `namespace()`, expressions, the
/// filters and tests of strings and lists, and `raise_exception`. No macros, no imports, no clock;
/// what is missing is named by a ``TemplateError`` where a conversation comes to need it.
public struct ChatTemplate: Sendable {
  private let nodes: [TemplateNode]
  private let sourceCount: Int

  /// Far more than conversations take, and a fraction of a second.
  private static let leastWork = 1 << 22
  /// Most templates copy each message about ten times.
  private static let workPerByte = 256

  /// Reads a template.
  ///
  /// - Throws: ``TemplateError``.
  public init(_ source: String) throws(TemplateError) {
    nodes = try TemplateParser.nodes(source)
    sourceCount = source.utf8.count
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
  /// - Returns: The text.
  /// - Throws: ``TemplateError``, ``TemplateError/raised(_:)`` if the template refuses the messages.
  public func render(
    messages: [ChatMessage], addGenerationPrompt: Bool = true, bosToken: String = "",
    eosToken: String = ""
  ) throws(TemplateError) -> String {
    let turns = messages.map { message in
      TemplateValue.dictionary([
        ("role", .string(message.role)), ("content", .string(message.content)),
      ])
    }
    let names: [String: TemplateValue] = [
      "messages": .list(turns), "add_generation_prompt": .boolean(addGenerationPrompt),
      "bos_token": .string(bosToken), "eos_token": .string(eosToken),
    ]
    let size = turns.reduce(sourceCount + bosToken.utf8.count + eosToken.utf8.count) {
      $0 + $1.size
    }
    let (work, overflow) = size.multipliedReportingOverflow(by: Self.workPerByte)
    var interpreter = TemplateInterpreter(
      names, mostWork: overflow ? .max : max(work, Self.leastWork))
    return try interpreter.text(nodes)
  }
}

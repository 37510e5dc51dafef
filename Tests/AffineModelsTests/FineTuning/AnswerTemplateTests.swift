import AffineModels
import Testing

/// The answers of conversations that are written as well-known families want them; all templates but one are those
/// of `Golden/templates.py`, each with the means by which the family's own works.
@Suite struct AnswerTemplateTests {
  /// What a family's turns are written with.
  struct Family: Sendable, CustomTestStringConvertible {
    /// The name among the templates.
    let template: String
    /// Names of tokens, of which the first begins a text, if one does.
    let special: [String]
    let hasBeginning: Bool
    /// What follows an answer.
    let end: String

    var testDescription: String { template }

    func tokenizer() throws -> BytePairTokenizer {
      try BytePairTokenizer(
        vocabulary: BytePairTests.names + special, merges: [],
        kinds: [Int](repeating: 1, count: 256) + special.map { _ in 3 }, preTokenizer: "gpt-2",
        bosToken: hasBeginning ? 256 : nil, eosToken: 256 + special.count - 1,
        addsBos: hasBeginning)
    }

    func chatTemplate() throws -> ChatTemplate {
      if template == "Qwen" { return try ChatTemplate(AnswerTemplateTests.qwen) }
      let found = try ChatTemplateTests.cases().first { $0.name == template }
      return try ChatTemplate(#require(found).source)
    }
  }

  /// ChatML with a turn of the system that is always there, as Qwen 2.5 has it.
  static let qwen = """
    {%- if messages[0].role != 'system' %}
    {{- '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}
    {%- endif %}
    {%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endfor %}
    {%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- endif %}
    """

  private static let chatML = ["<|im_start|>", "<|im_end|>"]
  private static let llama = [
    "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
  ]

  static let families = [
    Family(template: "Qwen", special: chatML, hasBeginning: false, end: "<|im_end|>\n"),
    Family(template: "smollm2", special: chatML, hasBeginning: false, end: "<|im_end|>\n"),
    Family(template: "qwen3", special: chatML, hasBeginning: false, end: "<|im_end|>\n"),
    Family(template: "llama3", special: llama, hasBeginning: true, end: "<|eot_id|>"),
    Family(template: "llama3.1", special: llama, hasBeginning: true, end: "<|eot_id|>"),
    Family(
      template: "gemma", special: ["<bos>", "<start_of_turn>", "<end_of_turn>"],
      hasBeginning: true, end: "<end_of_turn>\n"),
  ]

  static let messages = [
    ChatMessage(role: "user", content: "Say model or assistant."),
    ChatMessage(role: "assistant", content: "assistant"),
    ChatMessage(role: "user", content: "And the é?"),
    ChatMessage(role: "assistant", content: "Two bytes: é."),
  ]

  /// The texts of neighbouring tokens that are taught.
  private static func answers(_ taught: TaughtTokens, _ tokenizer: BytePairTokenizer) -> [String] {
    var runs: [[Int]] = []
    for (place, token) in taught.tokens.enumerated() where taught.isTaught[place] {
      if place == 0 || !taught.isTaught[place - 1] { runs.append([]) }
      runs[runs.count - 1].append(token)
    }
    return runs.map { tokenizer.text($0, showSpecial: true) }
  }

  /// The answers with what ends their turns, and nothing else of the text.
  @Test(arguments: families) func answersAloneAreTaught(_ family: Family) throws {
    let (tokenizer, template) = (try family.tokenizer(), try family.chatTemplate())
    let taught = try TaughtTokens(Self.messages, template, tokenizer)
    #expect(
      Self.answers(taught, tokenizer) == ["assistant\(family.end)", "Two bytes: é.\(family.end)"])
    let whole = try template.render(
      messages: Self.messages, addGenerationPrompt: false,
      bosToken: family.hasBeginning ? family.special[0] : "", eosToken: family.special.last ?? "")
    #expect(tokenizer.text(taught.tokens, showSpecial: true) == whole)
    // A text begins once, though the template writes what the tokenizer puts before texts, too.
    if family.hasBeginning { #expect(taught.tokens.count { $0 == 256 } == 1) }
    // The end of a turn is one token, which is taught with each answer and with nothing that was asked.
    let end = 256 + family.special.count - 1
    #expect(zip(taught.tokens, taught.isTaught).count { $0 == end && $1 } == 2)
    #expect(zip(taught.tokens, taught.isTaught).count { $0 == end && !$1 } >= 2)
  }

  /// Space around an answer is not written by families that trim it, and is not taught.
  @Test(arguments: families) func spaceIsTrimmedWhereTheTemplateTrims(_ family: Family) throws {
    let (tokenizer, template) = (try family.tokenizer(), try family.chatTemplate())
    let messages = [Self.messages[0], ChatMessage(role: "assistant", content: " b \n")]
    let trims = ["llama3", "llama3.1", "gemma"].contains(family.template)
    let taught = try TaughtTokens(messages, template, tokenizer)
    #expect(Self.answers(taught, tokenizer) == [(trims ? "b" : " b \n") + family.end])
  }

  /// Qwen 3 leaves out of earlier turns what was thought, so that these are other texts once a turn follows: refused,
  /// and taught where nothing follows.
  @Test func thoughtsOfEarlierTurnsMove() throws {
    let family = Self.families[2]
    let (tokenizer, template) = (try family.tokenizer(), try family.chatTemplate())
    let thought = ChatMessage(role: "assistant", content: "<think>\nhm\n</think>\n\nb")
    let one = try TaughtTokens([Self.messages[0], thought], template, tokenizer)
    #expect(Self.answers(one, tokenizer) == ["<think>\nhm\n</think>\n\nb<|im_end|>\n"])
    #expect(throws: FineTuningError.answerMoves(message: 2)) {
      try TaughtTokens(
        [Self.messages[0], thought, Self.messages[2], Self.messages[3]], template, tokenizer)
    }
  }

  /// A template that writes one line feed more where an answer is to begin than where one stands.
  @Test func beginningsThatAreOtherTextsAreRefused() throws {
    let family = Family(
      template: "chatml", special: Self.chatML, hasBeginning: false, end: "<|im_end|>\n")
    let (tokenizer, template) = (try family.tokenizer(), try family.chatTemplate())
    #expect(throws: FineTuningError.answerMoves(message: 2)) {
      try TaughtTokens(Self.messages, template, tokenizer)
    }
  }

  /// Gemma's template has no turn of the system.
  @Test func whatATemplateRefusesIsNotTaught() throws {
    let family = Self.families[5]
    let (tokenizer, template) = (try family.tokenizer(), try family.chatTemplate())
    let messages = [ChatMessage(role: "system", content: "Be brief.")] + Self.messages
    #expect(
      throws: FineTuningError.template(message: 5, .raised("System role not supported"))
    ) { try TaughtTokens(messages, template, tokenizer) }
  }
}

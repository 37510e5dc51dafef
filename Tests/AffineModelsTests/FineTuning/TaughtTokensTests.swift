import AffineFormats
import AffineModels
import AffineTraining
import Testing

@Suite struct TaughtTokensTests {
  /// Tokens that are bytes.
  static func bytes() throws -> BytePairTokenizer {
    var writer = GGUFWriter()
    writer.setByteTokens()
    return try BytePairTokenizer(writer.metadata)
  }

  static let plain = """
    {% for m in messages %}[{{ m.role }}]{{ m.content }}|{% endfor %}\
    {% if add_generation_prompt %}[assistant]{% endif %}
    """

  static func taught(_ messages: [(String, String)], _ template: String) throws -> String {
    let tokenizer = try bytes()
    let taught = try TaughtTokens(
      messages.map { ChatMessage(role: $0, content: $1) }, ChatTemplate(template), tokenizer)
    #expect(taught.tokens.count == taught.isTaught.count)
    // What is not taught is shown as a dot.
    return tokenizer.text(
      zip(taught.tokens, taught.isTaught).map { $1 ? $0 : tokenizer.tokens(".")[0] })
  }

  /// The answers, and what ends them.
  @Test func answersAloneAreTaught() throws {
    let text = try Self.taught(
      [("user", "a?"), ("assistant", "b"), ("user", "c?"), ("assistant", "dé")], Self.plain)
    //  [user]a?|[assistant]b|[user]c?|[assistant]dé|
    #expect(text == "....................b|....................dé|")
  }

  @Test func nothingIsTaughtAfterTheLastAnswer() throws {
    let text = try Self.taught([("assistant", "b"), ("user", "c")], Self.plain)
    #expect(text == "...........b|........")
  }

  @Test func conversationsNeedAnAnswer() throws {
    #expect(throws: FineTuningError.noAnswer) { try Self.taught([("user", "a")], Self.plain) }
  }

  /// A template that writes earlier turns in another way when later ones follow.
  @Test func templatesThatRewriteAreRefused() throws {
    let counting = "{{ messages | length }}" + Self.plain
    #expect(throws: FineTuningError.answerMoves(message: 2)) {
      try Self.taught(
        [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")], counting)
    }
    let refusing = "{{ raise_exception('no') }}"
    #expect(throws: FineTuningError.template(message: 1, .raised("no"))) {
      try Self.taught([("assistant", "b")], refusing)
    }
  }

  @Test func linesAreDocuments() throws {
    let lines = """
      {"text": "a", "more": 1.5}

      {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}
      {"text": "b", "anchor": "#s2", "negative": 1}
      {"positive": "d", "score": 1, "anchor": "c"}
      """
    let documents = try TrainingDocument.lines(Array(lines.utf8))
    #expect(documents.map(\.line) == [1, 3, 4, 5])
    #expect(
      documents.map(\.document) == [
        .text("a"),
        .messages([.init(role: "user", content: "x"), .init(role: "assistant", content: "y")]),
        .text("b"), .pair("c", "d"),
      ])
  }

  @Test(arguments: [
    ("{", 1), ("{\"text\": \"a\"}\n{\"text\": 1}", 2), ("[]", 1), ("{\"messages\": 1}", 1),
    ("{\"text\": \"a\", \"messages\": []}", 1), ("\n\n{\"messages\": [{\"role\": \"user\"}]}", 3),
  ])
  func linesThatAreNoDocumentsAreNamed(_ contents: String, line: Int) throws {
    let error = #expect(throws: FineTuningError.self) {
      try TrainingDocument.lines(Array(contents.utf8))
    }
    guard case .line(line, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    (#"{"query": "a", "answer": "b"}"#, "no text, no messages, and no pair of anchor and positive"),
    (#"{"query": "a", "positive": "b"}"#, "no text for 'anchor'"),
    (#"{"anchor": "a", "positive": 1}"#, "no text for 'positive'"),
    (#"{"anchor": "a", "positive": "b", "negative": "c"}"#, "taught from 'negative'"),
    (#"{"anchor": "a", "positive": "b", "negative_2": ["c"]}"#, "taught from 'negative_2'"),
  ])
  func whatIsMissingOfAPairIsNamed(_ line: String, _ sentence: String) throws {
    let error = #expect(throws: FineTuningError.self) {
      try TrainingDocument.lines(Array(line.utf8))
    }
    #expect(error?.description.contains(sentence) ?? false, "\(String(describing: error))")
  }

  @Test func noLinesAreNoDocuments() {
    #expect(throws: FineTuningError.noDocuments) { try TrainingDocument.lines([10, 32, 10]) }
  }
}

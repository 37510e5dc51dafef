import AffineFormats
import AffineModels
import Foundation
import Testing

@Suite struct TokenGoldenTests {
  private static func check(_ name: String, _ tokenizer: some Tokenizer) throws {
    let golden = try #require(try TokenGolden.read().tokenizers[name])
    let mixed = Array(try TokenGolden.text("Golden/mixed.txt").unicodeScalars)
    let corpus = Array(try TokenGolden.text("Corpus/persuasion.txt").unicodeScalars)
    for (scalars, expected) in [
      (corpus, golden.corpus), (mixed, golden.mixed), (mixed.reversed(), golden.backwards),
    ] {
      let found = TokenGolden.summary(scalars) {
        tokenizer.tokens($0, addSpecial: false, parseSpecial: false)
      }
      #expect(found == expected)
    }
  }

  private static func checkStrings(
    _ name: String, _ tokenizer: some Tokenizer, parseSpecial: Bool
  ) throws {
    let golden = try TokenGolden.read()
    let expected = try #require(golden.tokenizers[name]?.strings)
    #expect(expected.count == golden.strings.count)
    for (string, tokens) in zip(golden.strings, expected) {
      let found = tokenizer.tokens(string, addSpecial: false, parseSpecial: parseSpecial)
      #expect(found.map(String.init).joined(separator: " ") == tokens, "\(string.debugDescription)")
    }
  }

  @Test(
    .enabled(if: Model.smolLM2 != nil, "AFFINE_SMOLLM2 is the path of SmolLM2's GGUF file"),
    arguments: ["smollm", "gpt-2", "default", "llama-bpe", "qwen2"])
  func megabytesAreTokenizedAsByLlamaCpp(_ preTokenizer: String) throws {
    try Self.check(preTokenizer, try Model.bytePairs(preTokenizer))
  }

  @Test(
    .enabled(if: Model.smolLM2 != nil, "AFFINE_SMOLLM2 is the path of SmolLM2's GGUF file"),
    arguments: [false, true])
  func stringsAreTokenizedAsByLlamaCpp(_ parseSpecial: Bool) throws {
    try Self.checkStrings(
      parseSpecial ? "smollm-special" : "smollm", try Model.bytePairs("smollm"),
      parseSpecial: parseSpecial)
  }

  @Test(.enabled(if: Model.miniLM != nil, "AFFINE_MINILM is the folder of MiniLM's files"))
  func megabytesAreTokenizedAsByTokenizers() throws {
    try Self.check("minilm", try Model.wordPieces())
  }

  @Test(
    .enabled(if: Model.miniLM != nil, "AFFINE_MINILM is the folder of MiniLM's files"),
    arguments: [false, true])
  func stringsAreTokenizedAsByTokenizers(_ parseSpecial: Bool) throws {
    try Self.checkStrings(
      parseSpecial ? "minilm-special" : "minilm", try Model.wordPieces(),
      parseSpecial: parseSpecial)
  }

  /// All bytes that a novel has are tokens of SmolLM2's, so nothing of it may be lost.
  @Test(.enabled(if: Model.smolLM2 != nil, "AFFINE_SMOLLM2 is the path of SmolLM2's GGUF file"))
  func textsComeBack() throws {
    let tokenizer = try Model.bytePairs("smollm")
    for text in [try TokenGolden.text("Corpus/persuasion.txt"), "Größe, ☃, 👩‍👩‍👧‍👦, 明天", "e\u{301}"] {
      let tokens = tokenizer.tokens(text, addSpecial: false, parseSpecial: false)
      #expect(tokenizer.text(tokens).utf8.elementsEqual(text.utf8))
      var stream = TokenStream(tokenizer)
      let streamed = tokens.map { stream.append($0) }.joined() + stream.finish()
      #expect(streamed.utf8.elementsEqual(text.utf8))
    }
  }

  /// The template of SmolLM2's own, by the rule that it states.
  @Test(.enabled(if: Model.smolLM2 != nil, "AFFINE_SMOLLM2 is the path of SmolLM2's GGUF file"))
  func aConversationIsWrittenAndTokenized() throws {
    let metadata = try Model.metadata()
    let template = try ChatTemplate(try metadata.string("tokenizer.chat_template"))
    let text = try template.render(messages: [ChatMessage(role: "user", content: "Hi")])
    #expect(
      text == """
        <|im_start|>system
        You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
        <|im_start|>user
        Hi<|im_end|>
        <|im_start|>assistant

        """)
    let tokenizer = try BytePairTokenizer(metadata)
    let tokens = tokenizer.tokens(text, addSpecial: true, parseSpecial: true)
    // <|im_start|> and <|im_end|>, by the file's own numbers.
    #expect(tokens.filter { $0 == 1 }.count == 3 && tokens.filter { $0 == 2 }.count == 2)
    #expect(tokenizer.text(tokens, showSpecial: true) == text)
    #expect(!tokenizer.text(tokens).contains("<|im"))
  }
}

import AffineModels
import Testing

/// Gemma 3 against what llama.cpp computes with it; `Tests/Golden/gemma3.py` recorded that.
@Suite(.enabled(if: Model.gemma3 != nil, "AFFINE_GEMMA3 names no GGUF file"))
struct GemmaTests {
  /// One test, which reads the file once: 270 million parameters, most of them in a table of 262 144 tokens.
  @Test func agreesWithLlamaCPP() throws {
    let recorded = try RecordedModel(try #require(Model.gemma3), golden: "gemma3.json")
    #expect(recorded.otherPrompts.isEmpty)
    let choices = try recorded.otherChoices()
    print("Gemma 3 chooses all but these tokens: \(choices)")
    #expect(choices.allSatisfy { $0.isWithinRounding }, "\(choices)")
    #expect(2 * choices.count < recorded.stepsWithinRounding)
    let texts = try recorded.otherTexts()
    print("Gemma 3 writes all but these texts: \(texts)")
    #expect(texts.allSatisfy { $0.isWithinRounding }, "\(texts)")
    let (tokens, found) = try recorded.perplexity(), expected = recorded.golden.perplexity
    print("Gemma 3: perplexity \(found.value), llama.cpp's \(expected.value)")
    #expect(tokens == expected.tokens && found.tokens == expected.counted)
    #expect(abs(found.value / expected.value - 1) < 0.005)
  }
}

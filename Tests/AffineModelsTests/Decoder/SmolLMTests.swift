import AffineModels
import Testing

/// A real model against what llama.cpp computes with it; `Tests/Golden/llama.py` recorded that.
@Suite(.enabled(if: Model.smolLM2 != nil, "AFFINE_SMOLLM2 names no GGUF file"))
struct SmolLMTests {
  let recorded: RecordedModel

  init() throws {
    recorded = try RecordedModel(try #require(Model.smolLM2), golden: "smollm2.json")
  }

  @Test func readsTheSameTokens() { #expect(recorded.otherPrompts.isEmpty) }

  /// Reading the same tokens as llama.cpp chose. Where both differ, its two largest logits are nearer to
  /// each other than its logits are to its own when it reads the tokens at once: what is within rounding.
  @Test func choosesTheSameTokens() throws {
    let others = try recorded.otherChoices()
    #expect(others.allSatisfy { $0.isWithinRounding }, "\(others)")
    #expect(2 * others.count < recorded.stepsWithinRounding)
  }

  /// The same through the generator, up to the first step whose gap is within rounding.
  @Test func continuesTheSameWay() throws {
    let others = try recorded.otherTexts()
    print("SmolLM2 writes all but these texts: \(others)")
    #expect(others.allSatisfy { $0.isWithinRounding }, "\(others)")
  }

  /// Over thousands of tokens what rounding does to logits averages out: to 0.0004 when this was written.
  @Test func foreseesTheSameText() throws {
    let (tokens, found) = try recorded.perplexity(), expected = recorded.golden.perplexity
    #expect(tokens == expected.tokens && found.tokens == expected.counted)
    print("SmolLM2: perplexity \(found.value), llama.cpp's \(expected.value)")
    #expect(abs(found.value / expected.value - 1) < 0.002)
  }
}

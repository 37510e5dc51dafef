import AffineModels
import Foundation
import Testing

/// Gemma 3's tokens of more than 1 MB of text against llama.cpp's, which `Tests/Golden/gemma3.py` wrote down.
@Suite(.enabled(if: Model.gemma3 != nil, "AFFINE_GEMMA3 names no GGUF file"))
struct GemmaTokenTests {
  @Test func makesTheTokensOfLlamaCPP() throws {
    let tokenizer = try ModelSource.open(try #require(Model.gemma3)).tokenizer()
    let golden = try JSONDecoder().decode(
      TokenGolden.Tokens.self,
      from: Data(contentsOf: TokenGolden.folder.appending(path: "Golden/gemma3.json")))
    let mixed = Array(try TokenGolden.text("Golden/mixed.txt").unicodeScalars)
    let corpus = Array(try TokenGolden.text("Corpus/persuasion.txt").unicodeScalars)
    for (text, expected) in [
      (corpus, golden.corpus), (mixed, golden.mixed), (mixed.reversed(), golden.backwards),
    ] {
      let found = TokenGolden.summary(text) {
        tokenizer.tokens($0, addSpecial: false, parseSpecial: false)
      }
      #expect(found == expected)
    }
    let found = try TokenGolden.read().strings.map { text in
      tokenizer.tokens(text, addSpecial: true, parseSpecial: true).map(String.init)
        .joined(separator: " ")
    }
    for (place, tokens) in found.enumerated() { #expect(tokens == golden.strings?[place]) }
  }
}

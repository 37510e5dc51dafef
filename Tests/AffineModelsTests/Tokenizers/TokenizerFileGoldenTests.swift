import AffineFormats
import AffineModels
import Foundation
import Testing

/// Tokenizers in files of Hugging Face against the library `tokenizers`; `Tests/Golden/tokenizer_files.py` wrote
/// files and tokens.
@Suite struct TokenizerFileGoldenTests {
  struct Golden: Decodable {
    let texts, special, plain: [String]
    let corpus, mixed, backwards: [String]?
  }

  static let folder = TokenGolden.folder.appending(path: "Golden/Tokenizers").path

  /// Those that are held to more than 1 MB of text too.
  static let others = ["qwen2", "phi3", "xlm", "t5", "bert"]

  static func golden(_ path: String) throws -> (any LanguageTokenizer, Golden) {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: "\(path)/tokens.json")))
    return (try ModelSource.tokenizer(ofFile: "\(path)/tokenizer.json"), golden)
  }

  /// Texts forwards, and scalar by scalar backwards, where marks stand before their bases.
  @Test(arguments: others) func makesTheTokensOfLongTexts(_ name: String) throws {
    try Self.checkLongTexts("\(Self.folder)/\(name)")
  }

  static func checkLongTexts(_ path: String) throws {
    let (tokenizer, golden) = try golden(path)
    let mixed = Array(try TokenGolden.text("Golden/mixed.txt").unicodeScalars)
    let corpus = Array(try TokenGolden.text("Corpus/persuasion.txt").unicodeScalars)
    for (text, expected) in [
      (corpus, golden.corpus), (mixed, golden.mixed), (mixed.reversed(), golden.backwards),
    ] {
      let found = TokenGolden.summary(text) {
        tokenizer.tokens($0, addSpecial: false, parseSpecial: false)
      }
      #expect(found.count == expected?.count)
      let wrong = zip(found, expected ?? []).filter { $0 != $1 }
      #expect(wrong.isEmpty, "\(wrong.count) of \(found.count)")
    }
  }

  @Test(arguments: ["gpt2", "smollm", "llama3", "gemma", "llama2", "mistral"] + others)
  func makesTheTokensOfTokenizers(_ name: String) throws {
    try Self.checkTexts("\(Self.folder)/\(name)")
  }

  static func checkTexts(_ path: String) throws {
    let (tokenizer, golden) = try golden(path)
    let texts = try TokenGolden.read().strings + golden.texts
    #expect(golden.special.count == texts.count && golden.plain.count == texts.count)
    for (place, text) in texts.enumerated() {
      let special = tokenizer.tokens(text, addSpecial: true, parseSpecial: true)
      #expect(special.map(String.init).joined(separator: " ") == golden.special[place], "\(text)")
      let plain = tokenizer.tokens(text, addSpecial: false, parseSpecial: false)
      #expect(plain.map(String.init).joined(separator: " ") == golden.plain[place], "\(text)")
    }
  }
}

/// Published tokenizers that `Tests/Golden/real_tokenizers.py` took from packages.
@Suite(.enabled(if: Model.tokenizers != nil, "AFFINE_TOKENIZERS names no folder"))
struct RealTokenizerTests {
  @Test(arguments: ["qwen2", "mistral", "xlm-roberta"])
  func makesTheTokensOfTokenizers(_ name: String) throws {
    let path = "\(try #require(Model.tokenizers))/\(name)"
    try TokenizerFileGoldenTests.checkTexts(path)
    try TokenizerFileGoldenTests.checkLongTexts(path)
  }
}

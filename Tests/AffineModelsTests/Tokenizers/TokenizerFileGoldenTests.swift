import AffineFormats
import AffineModels
import Foundation
import Testing

/// Tokenizers in files of Hugging Face against the library `tokenizers`; `Tests/Golden/tokenizer_files.py` wrote
/// files and tokens.
@Suite struct TokenizerFileGoldenTests {
  struct Golden: Decodable {
    let texts, special, plain: [String]
  }

  static let folder = TokenGolden.folder.appending(path: "Golden/Tokenizers").path

  @Test(arguments: ["gpt2", "smollm", "llama3", "gemma", "llama2", "mistral"])
  func makesTheTokensOfTokenizers(_ name: String) throws {
    let tokenizer = try ModelSource.tokenizer(ofFile: "\(Self.folder)/\(name)/tokenizer.json")
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)/tokens.json")))
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

import AffineFormats
import AffineModels
import Foundation

/// The tokens that llama.cpp and tokenizers make of texts; `Tests/Golden/tokens.py` wrote them down.
struct TokenGolden: Decodable {
  /// What one tokenizer makes of each text, piece by piece, and of each short string.
  struct Tokens: Decodable {
    let corpus, mixed, backwards, strings: [String]?
  }

  let strings: [String]
  let tokenizers: [String: Tokens]

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func read() throws -> TokenGolden {
    try JSONDecoder().decode(
      TokenGolden.self, from: Data(contentsOf: folder.appending(path: "Golden/tokens.json")))
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: path)), as: UTF8.self)
  }

  /// Number and hash of the tokens of each piece of 8000 scalars.
  static func summary(_ scalars: [Unicode.Scalar], _ tokens: (String) -> [Int]) -> [String] {
    stride(from: 0, to: scalars.count, by: 8000).map { start in
      var piece = String.UnicodeScalarView()
      piece.append(contentsOf: scalars[start..<min(start + 8000, scalars.count)])
      let tokens = tokens(String(piece))
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for token in tokens {
        for shift in [0, 8, 16, 24] {
          hash = (hash ^ UInt64(token >> shift & 0xff)) &* 0x100_0000_01b3
        }
      }
      let digits = String(hash, radix: 16)
      return "\(tokens.count) " + String(repeating: "0", count: 16 - digits.count) + digits
    }
  }
}

/// Models that the tests read if they are told where they are.
enum Model {
  static let smolLM2 = ProcessInfo.processInfo.environment["AFFINE_SMOLLM2"]
  static let gemma3 = ProcessInfo.processInfo.environment["AFFINE_GEMMA3"]
  static let miniLM = ProcessInfo.processInfo.environment["AFFINE_MINILM"]
  static let tokenizers = ProcessInfo.processInfo.environment["AFFINE_TOKENIZERS"]

  static func metadata() throws -> GGUFMetadata {
    try GGUFFile(path: smolLM2 ?? "").metadata
  }

  /// SmolLM2's tokenizer, or one that cuts texts into other words.
  static func bytePairs(_ preTokenizer: String) throws -> BytePairTokenizer {
    var metadata = try metadata()
    metadata["tokenizer.ggml.pre"] = .string(preTokenizer)
    metadata["tokenizer.ggml.add_bos_token"] = .bool(false)
    return try BytePairTokenizer(metadata)
  }

  static func wordPieces(maximumCount: Int = 1 << 40) throws -> WordPieceTokenizer {
    try WordPieceTokenizer(
      vocabularyPath: (miniLM ?? "") + "/vocab.txt", maximumCount: maximumCount)
  }
}

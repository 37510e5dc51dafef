import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// Tiny models of each architecture against what transformers computes with them;
/// `Tests/Golden/architectures.py` and `gguf_twins.py` wrote them down.
@Suite struct ArchitectureGoldenTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden/Architectures").path

  static let names = [
    "llama", "llama-biased", "mistral", "qwen2", "qwen3", "gemma3_text", "gemma3", "phi3",
    "smollm3",
  ]

  struct Golden {
    let tokens: [Int]
    let logits: Matrix<Float>

    init(_ name: String) throws {
      let file = try SafeTensorsFile(path: "\(folder)/\(name)/logits.safetensors")
      tokens = try file.bytes(of: "tokens").viewed(as: Int32.self).array.map { Int($0) }
      logits = try file.matrix("logits")
    }

    /// The largest difference of some rows from those of the golden file.
    func distance(_ found: Matrix<Float>, first: Int = 0) -> Float {
      var largest: Float = 0
      for row in 0..<found.shape.rows {
        for column in 0..<found.shape.columns {
          largest = max(largest, abs(found[row, column] - logits[first + row, column]))
        }
      }
      return largest
    }
  }

  /// At once, and a token at a time; in float32, of which logits up to 30 keep 6 digits.
  @Test(arguments: names) func findsTheLogitsOfTransformers(_ name: String) throws {
    let golden = try Golden(name)
    let model = try ModelSource.open("\(Self.folder)/\(name)").model(activations: .float32)
    var largest: Float = 0
    var cache = KeyValueCache(model.configuration, format: .float32)
    var rows = 0
    try model.eachLogits(after: golden.tokens, &cache) { logits, first in
      largest = max(largest, golden.distance(logits, first: first))
      rows += logits.shape.rows
    }
    #expect(rows == golden.tokens.count)
    #expect(largest < 1e-4)
    print("\(name): logits differ by at most \(largest)")
    cache = KeyValueCache(model.configuration, format: .float32)
    for (place, token) in golden.tokens.enumerated() {
      let logits = try model.logits(after: [token], &cache)
      #expect(golden.distance(logits, first: place) < 1e-4)
    }
  }

  /// Beyond the context of training at first positions have the long factors, where so many are wanted.
  @Test func longPositionsHaveTheLongFactors() throws {
    let golden = try Golden("phi3-long")
    let path = "\(Self.folder)/phi3-long"
    let model = try ModelSource.open(path, context: 64).model(activations: .float32)
    var cache = KeyValueCache(model.configuration, format: .float32)
    try model.eachLogits(after: golden.tokens, &cache) { logits, first in
      #expect(golden.distance(logits, first: first) < 1e-4)
    }
    // Else the context is that of the short ones.
    #expect(try ModelSource.open(path).configuration.context == 16)
  }

  /// What a model has for images is said to be left out.
  @Test(arguments: [
    ("gemma3", ["multi_modal_projector", "vision_tower"]), ("gemma3_text", []), ("llama", []),
  ])
  func leavesImagesOut(_ name: String, _ parts: [String]) throws {
    #expect(try ModelSource.open("\(Self.folder)/\(name)").leftOut == parts)
  }

  /// The same model in a GGUF file has the same logits, but for what windows llama.cpp has not.
  @Test(arguments: ["llama", "qwen2", "qwen3", "gemma3_text", "phi3", "smollm3"])
  func readsTheSameModelFromGGUF(_ name: String) throws {
    let golden = try Golden(name)
    let files = try ModelSource.open("\(Self.folder)/\(name)/model.gguf")
    let model = try files.model(activations: .float32)
    var cache = KeyValueCache(model.configuration, format: .float32)
    // GGUF has no key for the windows of qwen2; up to 7 tokens they see all.
    let count = name == "qwen2" ? 7 : golden.tokens.count
    try model.eachLogits(after: Array(golden.tokens.prefix(count)), &cache) { logits, first in
      #expect(golden.distance(logits, first: first) < 1e-4)
    }
  }
}

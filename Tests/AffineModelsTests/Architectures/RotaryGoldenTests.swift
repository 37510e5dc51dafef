import AffineFormats
import AffineLayers
import AffineModels
import Foundation
import Testing

/// Settings of `rope_scaling` against transformers, which `Tests/Golden/architectures.py` asked.
@Suite struct RotaryGoldenTests {
  /// The folder of a model that is a configuration alone.
  static func open(
    _ configuration: [String: Any], context: Int? = nil
  ) throws -> DecoderConfiguration {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SafeTensorsWriter().write(to: folder.appending(path: "model.safetensors").path)
    try JSONSerialization.data(withJSONObject: configuration).write(
      to: folder.appending(path: "config.json"))
    return try ModelSource.open(folder.path, context: context, copies: true).configuration
  }

  static func cases() throws -> [[String: Any]] {
    let path = "\(ArchitectureGoldenTests.folder)/rotary.json"
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
    return try #require(json as? [[String: Any]])
  }

  /// All options of yarn, and both lists of longrope, in float32 of transformers: 24 bits, a power and a
  /// division.
  @Test(arguments: 0..<9) func findsTheFrequenciesOfTransformers(_ index: Int) throws {
    let cases = try Self.cases()
    #expect(cases.count == 9)
    let settings = cases[index]
    let head = try #require(settings["head"] as? Int)
    let configuration = try Self.open(
      [
        "model_type": "llama", "vocab_size": 8, "hidden_size": 4 * head, "intermediate_size": 8,
        "num_hidden_layers": 1, "num_attention_heads": 4, "head_dim": head,
        "max_position_embeddings": settings["context"] as Any,
        "rope_theta": settings["theta"] as Any, "rope_scaling": settings["scaling"] as Any,
      ], context: settings["length"] as? Int)
    let rule = try #require(configuration.blocks[0].rotary)
    let expected = try #require(settings["frequencies"] as? [Double])
    let magnitude = try #require(settings["magnitude"] as? Double)
    #expect(rule.frequencies.count == expected.count)
    for (found, wanted) in zip(rule.frequencies, expected) {
      #expect(abs(found - wanted) <= 4e-6 * wanted)
    }
    #expect(abs(rule.magnitude - magnitude) <= 1e-6 * magnitude)
  }
}

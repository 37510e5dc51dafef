import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Adapters in PEFT's files.
@Suite struct AdapterFolderTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

  /// A model whose adapters do something.
  private func adapted(_ source: ModelSource) throws -> Transformer {
    var model = try Transformer(source)
    try model.addAdapters(rank: 3, alpha: 6, seed: 1)
    for index in model.parameters.indices where model.parameters[index].name.hasSuffix(".lora.b") {
      let shape = model.parameters[index].shape
      model.parameters[index].value = .float32(
        Matrix(rows: shape.rows, columns: shape.columns) {
          Float(($0 * 7 + $1 * 3 + index) % 11 - 5) / 64
        })
    }
    return model
  }

  /// Written and read, they are what they were, also where layers are joined.
  @Test(arguments: ["llama", "gemma3", "phi3"]) func theyAreReadAgain(name: String) throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let path = "\(ArchitectureGoldenTests.folder)/\(name)"
    var source = try ModelSource.open(path)
    let model = try adapted(source)
    try source.writeAdapters(of: model, to: place)
    try source.addAdapters(from: place)
    for layer in model.configuration.linearLayers where layer != .head {
      let expected = try #require(try model.change(of: layer)).values()
      let found = try #require(source.change(of: layer)).values()
      // Joined layers add products with zeros, which changes nothing.
      #expect(found == expected, "\(layer)")
    }
    #expect(throws: ModelFileError.self) { try source.addAdapters(from: place) }
    // Modules of other names.
    let another = name == "phi3" ? "llama" : "phi3"
    var other = try ModelSource.open("\(ArchitectureGoldenTests.folder)/\(another)")
    #expect(throws: (any Error).self) { try other.addAdapters(from: place) }
  }

  /// A model that runs with them computes what the merged one does.
  @Test func theyRun() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    let golden = try ArchitectureGoldenTests.Golden("llama")
    var model = try adapted(source)
    try source.writeAdapters(of: model, to: place)
    try source.addAdapters(from: place)
    try model.mergeAdapters(keepingFormats: false)
    func logits(_ model: DecoderModel) throws -> [Float] {
      var cache = KeyValueCache(model.configuration, format: .float32)
      return Array(try model.logits(after: golden.tokens, &cache).values.array)
    }
    let (found, expected) = (
      try logits(source.model(activations: .float32)),
      try logits(DecoderModel(model, activations: .float32))
    )
    let plain = try logits(
      ModelSource.open("\(ArchitectureGoldenTests.folder)/llama").model(activations: .float32))
    // Two sums in another order, as small as the difference of two libraries.
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(zip(found, plain).contains { abs($0 - $1) > 1e-2 })
  }

  /// A rank is that of the tensors: any other number becomes the size of nothing.
  @Test func ranksThatNoFileHasAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    try source.writeAdapters(of: adapted(source), to: place)
    let path = URL(filePath: "\(place)/adapter_config.json")
    let plain = try String(contentsOf: path, encoding: .utf8)
    for rank in [
      "4611686018427387904", "9223372036854775807", "2147483648", "1000000000000000000", "1e18",
      "-1", "-9223372036854775808", "0", "2",
    ] {
      let text = plain.replacing(/"r": *3/, with: "\"r\": \(rank)")
      #expect(text != plain)
      try Data(text.utf8).write(to: path)
      #expect(throws: (any Error).self, "\(rank)") { try source.addAdapters(from: place) }
    }
    try Data(plain.utf8).write(to: path)
    try source.addAdapters(from: place)
  }

  /// A folder without adapters is a mistake of who names it.
  @Test func noAdaptersAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    try source.writeAdapters(of: adapted(source), to: place)
    let path = "\(place)/adapter_model.safetensors"
    let whole = try Data(contentsOf: URL(filePath: path))
    try SafeTensorsWriter().write(to: path)
    let error = ModelFileError.malformed(file: path, reason: "no tensor in it is an adapter's")
    #expect(throws: error) { try source.addAdapters(from: place) }
    // What was refused is no part of the source.
    var other = SafeTensorsWriter()
    try other.add("x", Matrix<Float>(rows: 1, columns: 1) { _, _ in 0 })
    try other.write(to: path)
    #expect(throws: ModelFileError.unusedTensor("x", blocks: source.configuration.blocks.count)) {
      try source.addAdapters(from: place)
    }
    try whole.write(to: URL(filePath: path))
    try source.addAdapters(from: place)
    #expect(source.change(of: .linear(block: 0, .query)) != nil)
  }

  /// A source that was copied copies its adapters too.
  @Test func theyAreCopiedWithTheSource() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open(
      "\(ArchitectureGoldenTests.folder)/llama", copies: true)
    try source.writeAdapters(of: adapted(source), to: place)
    try source.addAdapters(from: place)
    let layer = DecoderLayer.linear(block: 0, .query)
    let before = try #require(source.change(of: layer)).values()
    // In place, as no writer of this library does it.
    let path = "\(place)/adapter_model.safetensors"
    let count = try Data(contentsOf: URL(filePath: path)).count
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.write(contentsOf: Data(count: count))
    try file.close()
    #expect(try #require(source.change(of: layer)).values() == before)
  }

  /// Of the names that a module ends with the first counts, among however many.
  @Test func theFirstOfManyNamesCounts() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    var source = try ModelSource.open("\(ArchitectureGoldenTests.folder)/llama")
    try source.writeAdapters(of: adapted(source), to: place)
    let path = URL(filePath: "\(place)/adapter_config.json")
    let plain = try String(contentsOf: path, encoding: .utf8)
    let others = (0..<20_000).map { #""m\#($0)": 1, "# }.joined()
    let names =
      #""_proj": 3, "q_proj": 12, "layers.0.self_attn.q_proj": 24, "0.self_attn.k_proj": 9"#
    let text = plain.replacing(
      /"alpha_pattern": *\{\}/, with: "\"alpha_pattern\": {\(others)\(names)}")
    #expect(text != plain)
    try Data(text.utf8).write(to: path)
    let began = ContinuousClock.now
    try source.addAdapters(from: place)
    #expect(began.duration(to: .now) < .seconds(5))
    let usual = try #require(source.change(of: .linear(block: 0, .value))).factor
    #expect(usual == 2)
    for (block, linear, factor) in [
      (0, .query, 4), (1, .query, 4), (0, .key, 3), (1, .key, 2),
    ] as [(Int, DecoderConfiguration.BlockLinear, Float)] {
      #expect(try source.change(of: .linear(block: block, linear))?.factor == factor)
    }
  }
}

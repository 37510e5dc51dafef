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
}

import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// A golden model cut in two files is opened as the model that it was.
@Suite struct ModelInSeveralFilesTests {
  static let folder = "\(ArchitectureGoldenTests.folder)/llama"

  /// What opening a path gives must have the logits of transformers.
  static func distance(_ path: String) throws -> Float {
    let golden = try ArchitectureGoldenTests.Golden("llama")
    let model = try ModelSource.open(path).model(activations: .float32)
    var cache = KeyValueCache(model.configuration, format: .float32)
    var largest: Float = 0
    try model.eachLogits(after: golden.tokens, &cache) { logits, first in
      largest = max(largest, golden.distance(logits, first: first))
    }
    return largest
  }

  static func inFolder(_ body: (String) throws -> Void) throws {
    let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: place) }
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try body(place.path)
  }

  @Test func opensTheFirstOfTwoPartsOfGGUF() throws {
    let file = try GGUFFile(path: "\(Self.folder)/model.gguf")
    let count = file.tensors.count
    // In the midst of a block.
    let parts = [file.tensors.prefix(count / 2), file.tensors.dropFirst(count / 2)]
    try Self.inFolder { place in
      for (number, part) in parts.enumerated() {
        var writer = GGUFWriter()
        if number == 0 { writer.metadata = file.metadata }
        writer.metadata["split.no"] = .uint16(UInt16(number))
        writer.metadata["split.count"] = .uint16(2)
        writer.metadata["split.tensors.count"] = .int32(Int32(count))
        for tensor in part {
          try writer.add(
            tensor.name, tensor.type, dimensions: tensor.dimensions,
            bytes: file.bytes(of: tensor.name))
        }
        try writer.write(to: "\(place)/model-0000\(number + 1)-of-00002.gguf")
      }
      #expect(try Self.distance("\(place)/model-00001-of-00002.gguf") < 1e-4)
    }
  }

  /// By the folder, and by the index in it.
  @Test(arguments: ["", "/model.safetensors.index.json"])
  func opensTwoShardsWithAnIndex(_ name: String) throws {
    let file = try SafeTensorsFile(path: "\(Self.folder)/model.safetensors")
    try Self.inFolder { place in
      try FileManager.default.copyItem(
        atPath: "\(Self.folder)/config.json", toPath: "\(place)/config.json")
      var writers = [SafeTensorsWriter(), SafeTensorsWriter()]
      var shards: [String: String] = [:]
      for (number, entry) in file.header.entries.enumerated() {
        // Neighbours lie in different files.
        try writers[number % 2].add(
          entry.name, entry.element, shape: entry.shape, bytes: file.bytes(of: entry.name))
        shards[entry.name] = "model-0000\(number % 2 + 1)-of-00002.safetensors"
      }
      for (number, writer) in writers.enumerated() {
        try writer.write(to: "\(place)/model-0000\(number + 1)-of-00002.safetensors")
      }
      try JSONEncoder().encode(["weight_map": shards])
        .write(to: URL(filePath: "\(place)/model.safetensors.index.json"))
      #expect(try Self.distance(place + name) < 1e-4)
    }
  }
}

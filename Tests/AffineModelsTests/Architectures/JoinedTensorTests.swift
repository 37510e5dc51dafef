import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// Layers that are one tensor of a file, with other rows than theirs.
@Suite struct JoinedTensorTests {
  private static let folder = "\(ArchitectureGoldenTests.folder)/phi3"

  private static func failure(_ path: String) -> DecoderError? {
    do { _ = try ModelSource.open(path, copies: true).model(activations: .float32) } catch {
      return error as? DecoderError
    }
    return nil
  }

  private static func wrong(_ name: String, _ rows: Int, _ change: Int) -> DecoderError? {
    change == 0
      ? nil
      : .wrongShape(name, expected: Shape(rows, 32), found: Shape(rows + change, 32))
  }

  /// Of 4 heads of queries and 2 of keys and of values, each of 8 columns, and of twice 48 gates.
  @Test(
    arguments: [("self_attn.qkv_proj", 64), ("mlp.gate_up_proj", 96)], [-1, 0, 1])
  func rowsAreThoseOfAllParts(_ part: (module: String, rows: Int), _ change: Int) throws {
    let file = try SafeTensorsFile(path: "\(Self.folder)/model.safetensors")
    let name = "model.layers.1.\(part.module).weight"
    var writer = SafeTensorsWriter()
    for entry in file.header.entries {
      if entry.name == name {
        try writer.add(
          name, Matrix<Float>(rows: part.rows + change, columns: 32) { _, _ in 1 })
      } else {
        try writer.add(
          entry.name, entry.element, shape: entry.shape, bytes: file.bytes(of: entry.name))
      }
    }
    try ModelInSeveralFilesTests.inFolder { place in
      try FileManager.default.copyItem(
        atPath: "\(Self.folder)/config.json", toPath: "\(place)/config.json")
      try writer.write(to: "\(place)/model.safetensors")
      #expect(Self.failure(place) == Self.wrong(name, part.rows, change))
    }
  }

  @Test(arguments: [("attn_qkv", 64), ("ffn_up", 96)], [-1, 0, 1])
  func theSameHoldsOfGGUF(_ part: (module: String, rows: Int), _ change: Int) throws {
    let file = try GGUFFile(path: "\(Self.folder)/model.gguf")
    let name = "blk.1.\(part.module).weight"
    var writer = GGUFWriter()
    writer.metadata = file.metadata
    for tensor in file.tensors {
      if tensor.name == name {
        try writer.add(
          name, Matrix<Float>(rows: part.rows + change, columns: 32) { _, _ in 1 })
      } else {
        try writer.add(
          tensor.name, tensor.type, dimensions: tensor.dimensions,
          bytes: file.bytes(of: tensor.name))
      }
    }
    try ModelInSeveralFilesTests.inFolder { place in
      try writer.write(to: "\(place)/model.gguf")
      #expect(Self.failure("\(place)/model.gguf") == Self.wrong(name, part.rows, change))
    }
  }

  /// Names that begin alike are found without going through the others.
  @Test func namesThatBeginAlikeAreNeighbours() {
    let names = ["b.c", "a.b.x", "a.b", "a.bc", "a.b.w", "a.b.\u{301}", "a", ""]
    let sorted = SortedNames(names)
    for prefix in ["", "a", "a.b", "a.b.", "a.b.x", "a.b.xy", "b", "c"] {
      let found = sorted.beginning(with: prefix).map { Array($0.utf8) }
      let expected = names.map { Array($0.utf8) }.filter { $0.starts(with: prefix.utf8) }
      #expect(Set(found) == Set(expected))
      #expect(found.count == expected.count)
    }
  }
}

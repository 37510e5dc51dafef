import AffineFormats
import AffineQuant
import Foundation
import Testing

/// Models in several files, read as one.
@Suite struct SeveralFilesTests {
  private static func matrix(_ value: Float) -> Matrix<Float> {
    Matrix(rows: 2, columns: 3) { value + Float(3 * $0 + $1) }
  }

  /// A part of a GGUF model with two tensors.
  private static func part(
    _ number: Int, of count: Int, tensors: Int? = nil, names: [String]? = nil
  ) throws -> GGUFWriter {
    var writer = GGUFWriter()
    if number == 0 { writer.metadata["general.name"] = .string("whole") }
    writer.metadata["split.no"] = .uint16(UInt16(number))
    writer.metadata["split.count"] = .uint16(UInt16(count))
    writer.metadata["split.tensors.count"] = .int32(Int32(tensors ?? 2 * count))
    for (place, name) in (names ?? ["a\(number)", "b\(number)"]).enumerated() {
      try writer.add(name, matrix(Float(10 * number + place)))
    }
    return writer
  }

  private static func path(_ folder: String, _ number: Int, of count: Int) -> String {
    folder + String(format: "/m-%05d-of-%05d.gguf", number, count)
  }

  @Test(arguments: [2, 3]) func partsOfGGUFAreOneFile(count: Int) throws {
    try inFolder { folder in
      for number in 0..<count {
        try Self.part(number, of: count).write(to: Self.path(folder, number + 1, of: count))
      }
      let file = try GGUFFile(path: Self.path(folder, 1, of: count))
      #expect(file.fileCount == count)
      #expect(file.tensors.map(\.name) == (0..<count).flatMap { ["a\($0)", "b\($0)"] })
      // What is written from it is no part.
      #expect(file.metadata.keys == ["general.name"])
      let sizes = try (0..<count).map { try Self.part($0, of: count).contents.count }
      #expect(file.byteCount == sizes.reduce(0, +))
      for number in 0..<count {
        #expect(try file.matrix("a\(number)") == Self.matrix(Float(10 * number)))
        #expect(try file.matrix("b\(number)") == Self.matrix(Float(10 * number + 1)))
        file.forget("a\(number)")
        #expect(try file.matrix("a\(number)") == Self.matrix(Float(10 * number)))
      }
    }
  }

  @Test func partsOfGGUFThatDoNotFit() throws {
    try inFolder { folder in
      let (first, second) = (Self.path(folder, 1, of: 2), Self.path(folder, 2, of: 2))
      try Self.part(0, of: 2).write(to: first)
      let missing = #expect(throws: GGUFError.self) { try GGUFFile(path: first) }
      guard case .file(let error) = missing else {
        Issue.record("\(String(describing: missing))")
        return
      }
      #expect(error.path == second)
      try Self.part(1, of: 2).write(to: second)
      #expect(throws: GGUFError.laterPart(number: 2, of: 2)) { try GGUFFile(path: second) }
      let renamed = folder + "/m.gguf"
      try Self.part(0, of: 2).write(to: renamed)
      #expect(throws: GGUFError.partName(renamed, of: 2)) { try GGUFFile(path: renamed) }
      for (part, expected) in [
        (
          try Self.part(1, of: 3),
          GGUFError.wrongPart(path: second, found: "part 2 of 3", expected: "part 2 of 2")
        ),
        (
          try Self.part(0, of: 2),
          .wrongPart(path: second, found: "part 1 of 2", expected: "part 2 of 2")
        ),
        (try Self.part(1, of: 2, names: ["a0", "c"]), .duplicateTensor(name: "a0")),
        (try Self.part(1, of: 2, names: ["c"]), .wrongTensorCount(found: 3, expected: 4)),
        (GGUFWriter(), .missingKey("split.no")),
      ] {
        try part.write(to: second)
        #expect(throws: expected) { try GGUFFile(path: first) }
      }
      var odd = try Self.part(0, of: 2)
      for (value, found) in [
        (GGUFValue.string("2"), "string 2"), (.float32(2), "float32 2.0"), (.uint32(2), "uint32 2"),
        (.uint64(1 << 62), "uint64 \(1 << 62)"),
      ] {
        odd.metadata["split.count"] = value
        try odd.write(to: first)
        let error = GGUFError.unexpectedValue(key: "split.count", expected: "uint16", found: found)
        #expect(throws: error) { try GGUFFile(path: first) }
      }
      odd.metadata["split.count"] = .uint16(.max)
      odd.metadata["split.no"] = .uint16(.max)
      try odd.write(to: first)
      #expect(throws: GGUFError.laterPart(number: 65_536, of: 65_535)) { try GGUFFile(path: first) }
    }
  }

  private static func shard(_ names: [String], note: String = "pt") throws -> SafeTensorsWriter {
    var writer = SafeTensorsWriter()
    writer.metadata["format"] = note
    for name in names { try writer.add(name, matrix(Float(name.utf8.first ?? 0))) }
    return writer
  }

  private static func index(_ map: String, in folder: String) throws -> String {
    let path = folder + "/model.safetensors.index.json"
    try Data("{\"metadata\":{\"total_size\":72},\"weight_map\":{\(map)}}".utf8)
      .write(to: URL(filePath: path))
    return path
  }

  @Test func shardsOfSafeTensorsAreOneFile() throws {
    try inFolder { folder in
      try Self.shard(["a", "c"]).write(to: folder + "/one.safetensors")
      var second = try Self.shard(["b"])
      let type = try #require(QuantizedType(name: "int8-row"))
      try second.add("q", AnyQuantized(quantizing: Self.matrix(1), as: type))
      try second.write(to: folder + "/two.safetensors")
      let map = "\"a\":\"one.safetensors\",\"b\":\"two.safetensors\",\"c\":\"one.safetensors\""
      let parts = ",\"q.codes\":\"two.safetensors\",\"q.scales\":\"two.safetensors\""
      let path = try Self.index(map + parts, in: folder)
      #expect(SafeTensorsFile.path(inFolder: folder) == folder + "/model.safetensors.index.json")
      let file = try SafeTensorsFile(path: path)
      #expect(Set(file.names) == ["a", "b", "c", "q.codes", "q.scales"])
      #expect(file.header.metadata["format"] == "pt" && file.quantizedNames == ["q"])
      for name in ["a", "b", "c"] {
        #expect(try file.matrix(name) == Self.matrix(Float(name.utf8.first ?? 0)))
      }
      #expect(try file.quantized("q") == AnyQuantized(quantizing: Self.matrix(1), as: type))
    }
  }

  @Test(arguments: [
    ("\"a\":\"one.safetensors\"", "a tensor of a file that the index leaves out"),
    ("\"a\":\"one.safetensors\",\"c\":\"two.safetensors\",\"b\":\"two.safetensors\"", "another"),
    (
      "\"a\":\"one.safetensors\",\"c\":\"one.safetensors\",\"b\":\"two.safetensors\",\"d\":\"two.safetensors\"",
      "a tensor that is nowhere"
    ),
    ("\"a\":\"../one.safetensors\"", "a folder"), ("\"a\":1", "a number"),
    ("\"a\":\"model.safetensors.index.json\"", "an index in an index"),
    ("\"a\":\"three.safetensors\"", "a file that is not there"),
    ("\"a\":\"lfs.safetensors\"", "a file that was not downloaded"),
  ])
  func indicesThatDoNotFit(_ map: String, _ what: String) throws {
    try inFolder { folder in
      try Self.shard(["a", "c"]).write(to: folder + "/one.safetensors")
      try Self.shard(["b"]).write(to: folder + "/two.safetensors")
      try Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8)
        .write(to: URL(filePath: folder + "/lfs.safetensors"))
      let path = try Self.index(map, in: folder)
      #expect(throws: SafeTensorsError.self, "\(what)") { try SafeTensorsFile(path: path) }
    }
  }

  @Test func shardsThatContradictEachOther() throws {
    try inFolder { folder in
      try Self.shard(["a"]).write(to: folder + "/one.safetensors")
      try Self.shard(["b"], note: "tf").write(to: folder + "/two.safetensors")
      let path = try Self.index(
        "\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"", in: folder)
      #expect(
        throws: SafeTensorsError.malformedIndex(
          reason: "the files have two texts of the name 'format'")
      ) { try SafeTensorsFile(path: path) }
    }
  }
}

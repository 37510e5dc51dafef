import AffineFormats
import AffineQuant
import AffineTestSupport
import Testing

/// GGUF files that are wrong on purpose: each is a typed error or reads, and none traps.
@Suite struct GGUFHostileFileTests {
  private static let empty = GGUFBytes()
  private static func one(_ extents: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) -> GGUFBytes {
    GGUFBytes(tensors: 1).tensor("a", extents, type: type, offset: offset)
  }
  private static func two(_ first: UInt64, _ second: UInt64, name: String = "b") -> GGUFBytes {
    GGUFBytes(tensors: 2).tensor("a", [16], offset: first).tensor(name, [16], offset: second)
      .data(128)
  }
  private static func alignment(_ value: UInt32) -> GGUFBytes {
    GGUFBytes(keys: 1).key("general.alignment", 4).number(value)
  }
  private static func nested(_ depth: Int) -> GGUFBytes {
    (0..<depth).reduce(GGUFBytes(keys: 1).key("k", 9)) { bytes, _ in
      bytes.number(UInt32(9)).number(UInt64(1))
    }
  }

  static let refused: [(name: String, bytes: [UInt8], error: GGUFError?)] = [
    ("empty", [], .notGGUF(fileBytes: 0, kind: nil)), ("three bytes", Array("GGU".utf8), nil),
    ("other magic", GGUFBytes(magic: "GGML").bytes, .notGGUF(fileBytes: 24, kind: nil)),
    ("lower case", GGUFBytes(magic: "gguf").bytes, .notGGUF(fileBytes: 24, kind: nil)),
    ("magic alone", Array("GGUF".utf8), .truncated(byte: 4, needed: 4, fileBytes: 4)),
    ("version 0", GGUFBytes(version: 0).bytes, .unsupportedVersion(0)),
    ("version 1", GGUFBytes(version: 1).bytes, .unsupportedVersion(1)),
    ("version 4", GGUFBytes(version: 4).bytes, .unsupportedVersion(4)),
    ("other byte order", GGUFBytes(version: 3 << 24).bytes, .bigEndian),
    (
      "absurd tensors", GGUFBytes(tensors: .max).bytes,
      .tooMany(of: "tensors", count: .max, byte: 8, fileBytes: 24)
    ),
    (
      "absurd keys", GGUFBytes(keys: 1 << 60).bytes,
      .tooMany(of: "keys", count: 1 << 60, byte: 16, fileBytes: 24)
    ),
    ("a missing tensor", GGUFBytes(tensors: 1).bytes, nil),
    ("a missing key", GGUFBytes(keys: 1).bytes, nil),
    ("absurd text", GGUFBytes(keys: 1).text("k", length: .max).data(64).bytes, nil),
    ("negative length", GGUFBytes(keys: 1).text("k", length: 1 << 63).data(64).bytes, nil),
    (
      "key not UTF-8", GGUFBytes(keys: 1).raw([0xff, 0xfe]).number(UInt32(0)).data(64).bytes,
      .malformedText(byte: 32)
    ),
    (
      "lone surrogate", GGUFBytes(keys: 1).key("k", 8).raw([0xed, 0xa0, 0x80]).bytes,
      .malformedText(byte: 45)
    ),
    ("overlong UTF-8", GGUFBytes(keys: 1).key("k", 8).raw([0xc0, 0x80]).bytes, nil),
    (
      "value type 13", GGUFBytes(keys: 1).key("k", 13).number(UInt64(0)).bytes,
      .unknownValueType(13, byte: 33)
    ),
    (
      "truth value 2", GGUFBytes(keys: 1).key("k", 7).number(UInt8(2)).bytes,
      .malformedBool(2, byte: 37)
    ),
    (
      "truth values", GGUFBytes(keys: 1).key("k", 9).number(UInt32(7)).raw([0, 1, 9]).bytes,
      .malformedBool(9, byte: 51)
    ),
    (
      "element type", GGUFBytes(keys: 1).key("k", 9).number(UInt32.max).number(UInt64(0)).bytes, nil
    ),
    (
      "absurd elements",
      GGUFBytes(keys: 1).key("k", 9).number(UInt32(10)).number(UInt64.max / 8).bytes, nil
    ),
    ("many texts", GGUFBytes(keys: 1).key("k", 9).number(UInt32(8)).number(UInt64(9)).bytes, nil),
    ("deep", nested(9).number(UInt32(0)).number(UInt64(0)).bytes, .tooDeep(limit: 8)),
    ("very deep", nested(2000).bytes, .tooDeep(limit: 8)),
    (
      "two keys",
      GGUFBytes(keys: 2).key("k", 0).number(UInt8(1)).key("k", 0).number(UInt8(1)).bytes,
      .duplicateKey("k")
    ),
    ("alignment 0", alignment(0).bytes, .invalidAlignment(.uint32(0))),
    ("alignment 48", alignment(48).bytes, .invalidAlignment(.uint32(48))),
    (
      "alignment a text", GGUFBytes(keys: 1).key("general.alignment", 8).text("32").bytes,
      .invalidAlignment(.string("32"))
    ),
    (
      "five dimensions", one([1, 1, 1, 1, 1]).data(4).bytes,
      .tooManyDimensions(name: "a", count: 5)
    ),
    (
      "absurd dimensions",
      GGUFBytes(tensors: 1).tensor("a", [1], dimensions: .max).data(4).bytes,
      .tooManyDimensions(name: "a", count: .max)
    ),
    (
      "no values in many rows", one([0, 1 << 62]).data(64).bytes,
      .invalidExtents(name: "a", dimensions: [0, 1 << 62])
    ),
    (
      "no values in wide rows", one([1 << 62, 0]).data(64).bytes,
      .invalidExtents(name: "a", dimensions: [1 << 62, 0])
    ),
    (
      "no values in rows and planes", one([1 << 19, 0, 1 << 19]).data(64).bytes,
      .invalidExtents(name: "a", dimensions: [1 << 19, 0, 1 << 19])
    ),
    ("negative extent", one([.max]).data(64).bytes, .invalidExtents(name: "a", dimensions: [.max])),
    (
      "values overflow", one([1 << 32, 1 << 32]).data(64).bytes,
      .invalidExtents(name: "a", dimensions: [1 << 32, 1 << 32])
    ),
    (
      "bytes overflow", one([1 << 61]).data(64).bytes,
      .invalidExtents(name: "a", dimensions: [1 << 61])
    ),
    (
      "overflow times zero", one([1 << 62, 4, 0]).data(64).bytes,
      .invalidExtents(name: "a", dimensions: [1 << 62, 4, 0])
    ),
    ("type 4", one([32], type: 4).data(64).bytes, .unknownTensorType(name: "a", type: 4)),
    ("type 99", one([32], type: 99).data(64).bytes, .unknownTensorType(name: "a", type: 99)),
    (
      "half a block", one([48, 2], type: 2).data(64).bytes,
      .partialBlock(name: "a", columns: 48, type: .q4_0)
    ),
    (
      "small K block", one([128, 2], type: 12).data(256).bytes,
      .partialBlock(name: "a", columns: 128, type: .q4_K)
    ),
    (
      "misaligned", one([1], offset: 4).data(64).bytes,
      .misaligned(name: "a", offset: 4, alignment: 32)
    ),
    (
      "beyond the file", one([16], offset: 32).data(64).bytes,
      .outOfRange(name: "a", offset: 32, bytes: 64, dataBytes: 64)
    ),
    (
      "offset overflow", one([16], offset: .max - 31).data(64).bytes,
      .outOfRange(name: "a", offset: .max - 31, bytes: 64, dataBytes: 64)
    ),
    (
      "large tensor", one([1 << 40]).data(64).bytes,
      .outOfRange(name: "a", offset: 0, bytes: 1 << 42, dataBytes: 64)
    ),
    ("no data", one([1]).bytes, .outOfRange(name: "a", offset: 0, bytes: 4, dataBytes: 0)),
    ("same bytes", two(0, 0).bytes, .overlapping(name: "a", other: "b")),
    ("overlap", two(32, 0).bytes, .overlapping(name: "b", other: "a")),
    ("two tensors", two(0, 64, name: "a").bytes, .duplicateTensor(name: "a")),
  ]

  @Test(arguments: refused.indices) func isRefused(index: Int) {
    let (name, bytes, expected) = Self.refused[index]
    let error = #expect(throws: GGUFError.self, "\(name)") {
      try GGUFFile(contents: Buffer(bytes))
    }
    if let expected { #expect(error == expected, "\(name)") }
    #expect(error?.description.isEmpty == false)
  }

  @Test func unusualFilesAreRead() throws {
    #expect(try GGUFFile(contents: Buffer(Self.empty.bytes)).tensors.isEmpty)
    #expect(try GGUFFile(contents: Buffer(GGUFBytes(version: 2).bytes)).version == 2)
    // A tensor without dimensions is one number; a hole between tensors is nobody's.
    let scalar = try GGUFFile(contents: Buffer(Self.one([]).data(4).bytes))
    #expect(try scalar.matrix("a").shape == Shape(1, 1))
    let far = try GGUFFile(contents: Buffer(Self.one([4, 3, 2], offset: 64).data(160).bytes))
    #expect(far["a"]?.dimensions == [2, 3, 4])
    #expect(try far.matrix("a").shape == Shape(6, 4))
    let eight = Self.nested(7).number(UInt32(0)).number(UInt64(0))
    #expect(try GGUFFile(contents: Buffer(eight.bytes)).metadata.keys == ["k"])
    // A tensor without values lies nowhere: in no other, and not beyond the end of the file.
    let marker = GGUFBytes(tensors: 2).tensor("a", [16]).tensor("b", [3, 0], offset: 32).data(64)
    #expect(try GGUFFile(contents: Buffer(marker.bytes)).matrix("b").shape == Shape(0, 3))
    for extents: [UInt64] in [[0], [0, 5], [5, 0], [0, 0, 0, 0]] {
      let empty = try GGUFFile(contents: Buffer(Self.one(extents).bytes))
      #expect(try empty.matrix("a").values.count == 0)
      #expect(try empty.bytes(of: "a").count == 0)
    }
    #expect(
      try GGUFFile(contents: Buffer(Self.one([0, 5], type: 2).bytes)).quantized("a").shape
        == Shape(5, 0))
    let list = try GGUFFile(contents: Buffer(Self.one([32], type: 20).data(18).bytes))
    #expect(throws: GGUFError.self) { try list.matrix("a") }
    #expect(throws: GGUFError.self) { try list.quantized("a") }
    #expect(throws: GGUFError.missing(name: "b")) { try list.bytes(of: "b") }
  }
}

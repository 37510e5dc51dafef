import AffineFormats
import AffineQuant
import AffineTestSupport
import Testing

@Suite struct GGUFWriterTests {
  /// Everything of a file again: its bytes, which the reference's writer wrote, come out.
  @Test func rewritesTheReferencesBytes() throws {
    let original = try MappedFile(path: GGUFGoldenTests.path).bytes.array
    let file = try GGUFFile(contents: Buffer(original))
    var writer = GGUFWriter(metadata: file.metadata)
    for tensor in file.tensors {
      try writer.add(
        tensor.name, tensor.type, dimensions: tensor.dimensions, bytes: file.bytes(of: tensor.name))
    }
    #expect(try writer.contents == original)
  }

  /// Codes and scales go through matrices and come back as the blocks that they were.
  @Test(arguments: [
    "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_0/quantized", "Q4_1/quantized", "Q5_0/quantized",
    "TQ1_0/quantized", "TQ2_0", "Q5_1/quantized", "Q8_0/quantized", "MXFP4/quantized", "Q2_K",
    "Q3_K", "Q4_K", "Q5_K", "Q6_K",
  ])
  func matricesBecomeTheirBlocks(name: String) throws {
    let file = try GGUFFile(path: GGUFGoldenTests.path)
    let tensor = try #require(file["blocks/\(name)"])
    var writer = GGUFWriter()
    try writer.add("again", file.quantized(tensor.name), as: tensor.type)
    let again = try GGUFFile(contents: Buffer(writer.contents))
    #expect(again["again"]?.type == tensor.type)
    #expect(try again.bytes(of: "again") == file.bytes(of: tensor.name))
    try writer.add("by itself", file.quantized(tensor.name))
    let first = try GGUFFile(contents: Buffer(writer.contents))["by itself"]?.type
    #expect(first == (tensor.type == .tq2_0 ? .tq1_0 : tensor.type))
  }

  /// Two bits have four patterns, of which ternary codes are three; a table of bytes knows the value that the
  /// reference gives the fourth.
  @Test(arguments: [0, 31, 63]) func aFourthTernaryCodeIsRefused(byte: Int) throws {
    // Zeros, one fourth code among them, in the second of two rows.
    var bytes = [UInt8](repeating: 0b01_01_01_01, count: 132)
    (bytes[64], bytes[65], bytes[130], bytes[131]) = (0, 0x3c, 0, 0x3c)
    bytes[66 + byte] = 0b01_11_01_01
    var writer = GGUFWriter()
    try writer.add("a", .tq2_0, dimensions: [2, 256], bytes: Buffer(bytes))
    let file = try GGUFFile(contents: Buffer(writer.contents))
    let column = byte / 32 * 128 + 64 + byte % 32
    #expect(
      throws: GGUFError.quantization(
        name: "a", .invalidCode(storage: "ternary", row: 1, column: column))
    ) { try file.quantized("a") }
    let expected = Matrix<Float>(rows: 2, columns: 256) { $0 == 1 && $1 == column ? 2 : 0 }
    #expect(try file.matrix("a") == expected)
  }

  @Test func everyTypeOfMetadataSurvives() throws {
    let file = try GGUFFile(path: GGUFGoldenTests.path)
    #expect(file.metadata.keys.count == 26)
    #expect(file.metadata["value.uint8"] == .uint8(250))
    #expect(file.metadata["value.uint64"] == .uint64(1 << 63))
    #expect(file.metadata["value.float32"] == .float32(0.1))
    #expect(file.metadata["array.float64"] == .array(.float64([0.1, 0.1, 0.1])))
    #expect(try file.metadata.string("value.string") == "grün ☃")
    #expect(file.metadata["value.int64"]?.int == -(1 << 40))
    #expect(file.metadata["value.float64"]?.double == 0.1)
    #expect(try file.metadata.double("value.float32") == Double(Float(0.1)))
    #expect(try file.metadata.bool("value.bool"))
    #expect(try file.metadata.strings("array.string") == ["grün ☃", "grün ☃", "grün ☃"])
    #expect(try file.metadata.floats("array.float32") == [0.1, 0.1, 0.1])
    #expect(file.metadata["array.int16"] == .array(.int16([-300, -300, -300])))
    #expect(
      file.metadata["array.array"]
        == .array(
          .array([
            .string(["a", "", "ü"]), .int32([1, -2]), .array([.bool([true]), .bool([false])]),
          ])))
    #expect(throws: GGUFError.missingKey("nothing")) { try file.metadata.int("nothing") }
    #expect(
      throws: GGUFError.unexpectedValue(
        key: "value.uint64", expected: "uint32", found: "uint64 \(UInt64(1) << 63)")
    ) { try file.metadata.int("value.uint64") }
    #expect(throws: GGUFError.self) { try file.metadata.integers("array.uint32") }
    #expect(throws: GGUFError.self) { try file.metadata.string("value.bool") }
  }

  @Test func floatsOfEveryTypeSurvive() throws {
    let values = Samples.matrix(3, 5)
    var writer = GGUFWriter()
    writer.metadata["general.alignment"] = .uint32(128)
    try writer.add("float32", values)
    try writer.add("float16", values.converted(to: Float16.self))
    try writer.add("bfloat16", values.converted(to: BFloat16.self))
    let file = try GGUFFile(contents: Buffer(writer.contents))
    #expect(file.alignment == 128)
    #expect(file.tensors.map(\.type) == [.f32, .f16, .bf16])
    #expect(try file.matrix("float32") == values)
    #expect(try file.matrix("float16") == values.converted(to: Float16.self).converted())
    #expect(try file.matrix("bfloat16") == values.converted(to: BFloat16.self).converted())
  }

  @Test func whatDoesNotFitIsRefused() throws {
    var writer = GGUFWriter()
    let bytes = Buffer([UInt8](repeating: 0, count: 18))
    try writer.add("a", .q4_0, dimensions: [1, 32], bytes: bytes)
    #expect(throws: GGUFError.duplicateTensor(name: "a")) {
      try writer.add("a", .q4_0, dimensions: [1, 32], bytes: bytes)
    }
    #expect(throws: GGUFError.partialBlock(name: "b", columns: 18, type: .q4_0)) {
      try writer.add("b", .q4_0, dimensions: [1, 18], bytes: bytes)
    }
    #expect(
      throws: GGUFError.wrongSize(name: "b", dimensions: [2, 32], type: .q4_0, bytes: 18)
    ) { try writer.add("b", .q4_0, dimensions: [2, 32], bytes: bytes) }
    #expect(throws: GGUFError.tooManyDimensions(name: "b", count: 5)) {
      try writer.add("b", .q4_0, dimensions: [1, 1, 1, 1, 32], bytes: bytes)
    }
    #expect(throws: GGUFError.self) {
      try writer.add("b", .q4_0, dimensions: [1 << 40, 1 << 40, 32], bytes: bytes)
    }
    #expect(throws: GGUFError.self) { try writer.add("b", Matrix<Float>(Shape(0, 1 << 40), [])) }
    writer.metadata["general.alignment"] = .uint32(48)
    #expect(throws: GGUFError.invalidAlignment(.uint32(48))) { try writer.contents }
    writer.metadata["general.alignment"] = nil
    writer.metadata["deep"] = .array((0..<8).reduce(.bool([])) { array, _ in .array([array]) })
    #expect(throws: GGUFError.tooDeep(limit: 8)) { try writer.contents }
  }

  @Test func matricesThatNoBlocksHoldAreRefused() throws {
    var writer = GGUFWriter()
    for name in ["int4-row", "uint4-group32", "int8-group64", "int3-group16", "int4-block32x32"] {
      let type = try #require(QuantizedType(name: name))
      #expect(throws: GGUFError.unwritableType(name: "w", type: type)) {
        try writer.add("w", AnyQuantized(Samples.codes(4, 64, type)))
      }
    }
    let float32 = try #require(QuantizedType(name: "int4-group32"))
    #expect(throws: GGUFError.partialBlock(name: "w", columns: 70, type: .q4_0)) {
      try writer.add("w", AnyQuantized(Samples.codes(4, 70, float32)))
    }
    let whole = AnyQuantized(Samples.codes(4, 64, float32))
    #expect(throws: GGUFError.unwritableType(name: "w", type: float32)) {
      try writer.add("w", whole, as: .q8_0)
    }
    #expect(throws: GGUFError.unwritableType(name: "w", type: float32)) {
      try writer.add("w", whole, as: .f32)
    }
    func matrix(scale: Float) throws -> Int4Weight {
      try Int4Weight(
        shape: Shape(1, 32), codeBytes: Buffer([UInt8](repeating: 0x17, count: 16)),
        parameters: QuantizationParameters(scales: [scale]))
    }
    #expect(throws: GGUFError.inexactScale(name: "w", 0.1, type: .q4_0)) {
      try writer.add("w", try matrix(scale: 0.1))
    }
    try writer.add("w", try matrix(scale: 0.125))
    let file = try GGUFFile(contents: Buffer(writer.contents))
    #expect(try file.quantized("w").codes == (0..<32).map { $0 % 2 == 0 ? 7 : 1 })
    #expect(try file.quantized("w").scales.values.array == [0.125])
  }
}

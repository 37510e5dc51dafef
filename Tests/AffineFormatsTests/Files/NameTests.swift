import AffineFormats
import AffineQuant
import Testing

/// Names are bytes: those that look alike are two, and none takes long to look up.
@Suite struct NameTests {
  private static let (one, two) = ("\u{e9}.weight", "e\u{301}.weight")
  /// Marks of two classes the wrong way round, which comparing them as text would sort.
  private static let marks =
    "a" + String(repeating: "\u{301}", count: 20_000) + String(repeating: "\u{316}", count: 20_000)

  private static func number(_ value: Float) -> Matrix<Float> {
    Matrix(rows: 1, columns: 1) { _, _ in value }
  }

  @Test func valuesByName() {
    var values: NamedValues<Int> = [Self.one: 1, Self.two: 2]
    #expect(values.count == 2 && values[Self.one] == 1 && values[Self.two] == 2)
    values[Self.one] = 3
    values["x"] = 4
    values[Self.one] = nil
    values["y"] = nil
    #expect(values.keys.map { Array($0.utf8) } == [Array(Self.two.utf8), Array("x".utf8)])
    #expect(values[Self.one] == nil && values[Self.two] == 2 && values["x"] == 4)
    values.removeAll { $0.value == 2 }
    #expect(values == ["x": 4] && values["x"] == 4 && values[Self.two] == nil)
    let (first, second): (NamedValues<Int>, NamedValues<Int>) = ([Self.one: 1], [Self.two: 1])
    #expect(first != second)
  }

  @Test func ofSafeTensors() throws {
    var writer = SafeTensorsWriter()
    try writer.add(Self.one, Self.number(1))
    try writer.add(Self.two, Self.number(2))
    #expect(throws: SafeTensorsError.self) { try writer.add(Self.one, Self.number(3)) }
    writer.metadata[Self.one] = "1"
    writer.metadata[Self.two] = "2"
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    #expect(file.names.count == 2 && file.header.metadata.count == 2)
    for (name, value) in [(Self.one, Float(1)), (Self.two, 2)] {
      #expect(try file.matrix(name) == Self.number(value))
      #expect(file.header.metadata[name] == "\(Int(value))")
    }
  }

  @Test func ofGGUF() throws {
    var writer = GGUFWriter()
    for (name, value) in [(Self.one, Float(1)), (Self.two, 2)] {
      try writer.add(name, Self.number(value))
      writer.metadata[name] = .float32(value)
    }
    let file = try GGUFFile(contents: Buffer(writer.contents))
    #expect(file.tensors.count == 2 && file.metadata == writer.metadata)
    for (name, value) in [(Self.one, Float(1)), (Self.two, 2)] {
      #expect(try file.matrix(name) == Self.number(value))
      #expect(file.metadata[name] == .float32(value))
    }
    #expect(throws: GGUFError.self) { try writer.add(Self.two, Self.number(3)) }
  }

  @Test func ofQuantizedMatrices() throws {
    var writer = SafeTensorsWriter()
    let type = try #require(QuantizedType(name: "int8-row"))
    for (name, value) in [(Self.one, Float(1)), (Self.two, 2)] {
      try writer.add(name, AnyQuantized(quantizing: Self.number(value), as: type))
    }
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    #expect(file.quantizedNames.count == 2)
    let checkpoint = try QuantizedCheckpoint(file: file, configuration: nil)
    #expect(checkpoint.names.count == 2)
    for (name, value) in [(Self.one, Float(1)), (Self.two, 2)] {
      let expected = try AnyQuantized(quantizing: Self.number(value), as: type)
      #expect(try file.quantized(name) == expected)
      #expect(try checkpoint.matrix(name) == expected)
    }
  }

  /// Compared as text, eighty kilobytes of marks took eighteen seconds at every look-up.
  @Test(.timeLimit(.minutes(1))) func manyMarks() throws {
    var writer = SafeTensorsWriter()
    let matrix = Matrix<Float>(rows: 1, columns: 8) { _, column in Float(column) }
    let names = [Self.marks + ".weight", "b" + Self.marks, Self.marks + "1"]
    for name in names { try writer.add(name, matrix) }
    writer.metadata[Self.marks] = Self.marks
    let type = try #require(QuantizedType(name: "int8-row"))
    try writer.add(Self.marks, AnyQuantized(quantizing: matrix, as: type))
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    for name in names { #expect(try file.matrix(name) == matrix) }
    #expect(try file.quantized(Self.marks).shape == matrix.shape)
    #expect(try QuantizedCheckpoint(file: file, configuration: nil).names.count == 1)
    for configuration in [
      "{\"quant_method\":\"\(Self.marks)\"}", "{\"\(Self.marks)\":1}",
      "{\"quant_method\":\"gptq\",\"bits\":4,\"format\":\"\(Self.marks)\"}",
      "{\"config_groups\":{\"a\":{\"targets\":[\"\(Self.marks)\",\"Linear\"]}}}",
    ] {
      let part = try SafeTensorsFile(contents: Buffer(SafeTensorsWriter().contents))
      _ = try? QuantizedCheckpoint(file: part, configuration: configuration).names
    }
    // What a description or an element type cannot be.
    writer.metadata["affine.w"] = Self.marks
    let wrong = try SafeTensorsFile(contents: Buffer(writer.contents))
    #expect(throws: SafeTensorsError.self) { try wrong.quantized("w") }
    var gguf = GGUFWriter()
    for name in names {
      try gguf.add(name, matrix)
      gguf.metadata[name] = .string(Self.marks)
    }
    let again = try GGUFFile(contents: Buffer(gguf.contents))
    #expect(again.metadata == gguf.metadata)
    for name in names {
      #expect(try again.matrix(name) == matrix)
      #expect(again.metadata[name]?.summary.utf8.count ?? 0 < 400)
    }
    #expect(throws: GGUFError.self) { try again.metadata.int(names[0]) }
  }
}

import AffineFormats
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

@Suite struct SafeTensorsTests {
  @Test func tensorsOfEveryTypeAndRankReadBack() throws {
    var writer = SafeTensorsWriter()
    writer.metadata = ["made by": "a test", "unicode": "κβάντωση \u{1F40D} \"\\\n"]
    var expected: [String: [UInt8]] = [:]
    for element in TensorElement.allCases {
      for shape in [[], [0], [8], [2, 4], [1, 2, 2, 8]] where shape != [] || element.bits >= 8 {
        let count = shape.reduce(1, *) * element.bits / 8
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ element.bits) }
        let name = "\(element.rawValue) \(shape) ω"
        expected[name] = bytes
        try writer.add(name, element, shape: shape, bytes: Buffer(bytes))
      }
    }
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    #expect(file.header.metadata == writer.metadata)
    #expect(Set(file.names) == Set(expected.keys))
    for (name, bytes) in expected { #expect(try file.bytes(of: name).array == bytes) }
    try inFolder { folder in
      try writer.write(to: folder + "/all.safetensors")
      let mapped = try SafeTensorsFile(path: folder + "/all.safetensors")
      for (name, bytes) in expected { #expect(try mapped.bytes(of: name).array == bytes) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["all.safetensors"])
    }
  }

  @Test func matricesAreReadWhereTheyLie() throws {
    let values = Samples.matrix(3, 8)
    var writer = SafeTensorsWriter()
    try writer.add("x", values)
    try writer.add("h", values.converted(to: Float16.self))
    try writer.add("b", values.converted(to: BFloat16.self))
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    let read: Matrix<Float> = try file.matrix("x")
    #expect(read == values)
    let again: Matrix<Float> = try file.matrix("x")
    #expect(read.values.isIdentical(to: again.values), "the values were copied")
    let half: Matrix<Float> = try file.matrix("h")
    #expect(half == values.converted(to: Float16.self).converted(to: Float.self))
    let brain: Matrix<BFloat16> = try file.matrix("b")
    #expect(brain.values.array == values.converted(to: BFloat16.self).values.array)
    #expect(throws: SafeTensorsError.missing(name: "y")) {
      let _: Matrix<Float> = try file.matrix("y")
    }
  }

  @Test(arguments: Catalog.types) func quantizedMatricesReadBackBitForBit(type: QuantizedType)
    throws
  {
    let matrix = Samples.codes(19, 77, type)
    var writer = SafeTensorsWriter()
    try writer.add("w", AnyQuantized(matrix))
    try writer.add("cut", AnyQuantized(try matrix.slice(rows: 3..<11, columns: 5..<70)))
    let file = try SafeTensorsFile(contents: Buffer(writer.contents))
    #expect(file.quantizedNames == ["cut", "w"])
    #expect(try file.quantized("w") == AnyQuantized(matrix))
    let cut = try file.quantized("cut")
    #expect(cut == AnyQuantized(try matrix.slice(rows: 3..<11, columns: 5..<70)))
  }

  /// Blocks that no report lists: one column of blocks for all rows, one row of them for all columns.
  @Test(arguments: [Block(rows: Block.whole, columns: 32), Block(rows: 8, columns: Block.whole)])
  func blocksOfWholeRowsOrColumnsReadBack(block: Block) throws {
    let type = try QuantizedType(
      .signed(bits: 8), block, MappingFormat(kind: .symmetric, scale: .float32))
    #expect(QuantizedType(name: type.name) == type)
    let matrix = AnyQuantized(Samples.codes(19, 77, type))
    var writer = SafeTensorsWriter()
    try writer.add("w", matrix)
    #expect(try SafeTensorsFile(contents: Buffer(writer.contents)).quantized("w") == matrix)
  }

  /// A scale that its type does not hold would read back as another: no matrix has one.
  @Test func scalesThatWouldBeRoundedAreRefused() throws {
    let type = try #require(QuantizedType(name: "int8-row-e8m0"))
    for scale in [0.3, -1, 0, 0x1p-128] as [Float] {
      let parts = CodeMatrix.Parts(codes: Buffer([1]), scales: Buffer([scale]))
      #expect(throws: QuantizationError.invalidScale(scale, blockRow: 0, blockColumn: 0)) {
        try CodeMatrix(type: type, grid: BlockGrid(Shape(1, 1), type.block), parts: parts)
      }
    }
  }

  /// Nobody could read back a table that files do not know.
  @Test func tablesOfAPackagesOwnAreRefused() throws {
    let map = CodebookFormat(name: "mine", values: [-1, -0.25, 0.25, 1])
    let type = try QuantizedType(
      .unsigned(bits: 2), Block(rows: 1, columns: Block.whole),
      MappingFormat(kind: .codebook(map), scale: .float32))
    let matrix = try AnyQuantized(quantizing: Samples.matrix(2, 8), as: type)
    var writer = SafeTensorsWriter()
    let error = SafeTensorsError.malformedQuantized(
      name: "w", reason: "files do not hold the table mine")
    #expect(throws: error) { try writer.add("w", matrix) }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    var writer = SafeTensorsWriter()
    #expect(throws: SafeTensorsError.wrongSize(name: "a", shape: [2], element: .float32, bytes: 7))
    {
      try writer.add("a", .float32, shape: [2], bytes: Buffer([UInt8](repeating: 0, count: 7)))
    }
    try writer.add("a", .uint8, shape: [1], bytes: Buffer([1]))
    #expect(throws: SafeTensorsError.duplicate(name: "a")) {
      try writer.add("a", .uint8, shape: [1], bytes: Buffer([1]))
    }
    #expect(throws: SafeTensorsError.duplicate(name: "__metadata__")) {
      try writer.add("__metadata__", .uint8, shape: [1], bytes: Buffer([1]))
    }
  }

  @Test func aFailedWriteLeavesTheOldFileAndNothingElse() throws {
    try inFolder { folder in
      let place = folder + "/kept"
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      var writer = SafeTensorsWriter()
      try writer.add("a", .uint8, shape: [1], bytes: Buffer([1]))
      // A folder cannot be replaced by a file.
      #expect(throws: SafeTensorsError.self) { try writer.write(to: place) }
      #expect(throws: SafeTensorsError.self) { try writer.write(to: folder + "/no/such/folder") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["kept"])
    }
  }

  @Test func whatIsNoFileIsRefused() throws {
    try inFolder { folder in
      #expect(throws: SafeTensorsError.self) { try SafeTensorsFile(path: folder) }
      #expect(throws: SafeTensorsError.self) { try SafeTensorsFile(path: folder + "/missing") }
      try Data().write(to: URL(filePath: folder + "/empty"))
      #expect(throws: SafeTensorsError.tooShort(bytes: 0)) {
        try SafeTensorsFile(path: folder + "/empty")
      }
    }
  }
}

import AffineFormats
import AffineQuant
import Foundation
import Testing

/// Weights that `Tests/Golden/checkpoints.py` packed as other projects do.
enum CheckpointGolden {
  static let file: SafeTensorsFile? = try? SafeTensorsFile(
    path: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "Golden/checkpoints.safetensors").path())

  static let cases: [String] =
    file.map { file in
      file.header.metadata.keys.filter { !$0.hasPrefix("type/") }.sorted()
    } ?? []

  static func configuration(_ name: String) throws -> String {
    try #require(file?.header.metadata[name])
  }

  /// The tensors of one case alone.
  static func writer(_ name: String) throws -> SafeTensorsWriter {
    let file = try #require(file)
    var writer = SafeTensorsWriter()
    for entry in file.header.entries where entry.name.hasPrefix("\(name).") {
      try writer.add(
        entry.name, entry.element, shape: entry.shape, bytes: try file.bytes(of: entry.name))
    }
    return writer
  }
}

@Suite struct CheckpointGoldenTests {
  @Test func thereAreCasesOfEveryFormat() {
    let counts = ["mlx": 15, "gptq": 19, "awq": 2, "pack-quantized": 16, "int-quantized": 3]
    for (format, count) in counts {
      #expect(CheckpointGolden.cases.filter { $0.hasPrefix(format) }.count == count, "\(format)")
    }
  }

  @Test(arguments: CheckpointGolden.cases)
  func typeCodesAndValuesAreThoseOfTheFormat(name: String) throws {
    let file = try #require(CheckpointGolden.file)
    let checkpoint = try QuantizedCheckpoint(
      file: file, configuration: try CheckpointGolden.configuration(name))
    #expect(checkpoint.names.contains(name))
    let weight = try checkpoint.orderedMatrix(name)
    #expect(weight.matrix.quantizedType.name == file.header.metadata["type/\(name)"])
    let codes = try file.bytes(of: "\(name)/codes").array
    #expect(weight.matrix.codes.map { UInt8(truncatingIfNeeded: $0) } == codes)
    let expected: Matrix<Float> = try file.matrix("\(name)/expected")
    let values: Matrix<Float> = weight.matrix.dequantized()
    #expect(values.shape == expected.shape)
    #expect(values.values.array.map(\.bitPattern) == expected.values.array.map(\.bitPattern))
    guard file.names.contains("\(name)/columns") else {
      #expect(try checkpoint.matrix(name) == weight.matrix)
      return
    }
    let columns = try file.bytes(of: "\(name)/columns").array
    #expect(weight.columns == stride(from: 0, to: columns.count, by: 4).map { Int(columns[$0]) })
    #expect(throws: QuantizedCheckpointError.columnsOutOfOrder(name: name)) {
      try checkpoint.matrix(name)
    }
  }

  /// Parts in different files are found.
  @Test(arguments: ["gptq-4-v1-asym-group16", "pack-quantized-4-group-asym"])
  func partsMayLieInSeveralFiles(name: String) throws {
    let file = try #require(CheckpointGolden.file)
    let configuration = try CheckpointGolden.configuration(name)
    let files = try file.header.entries.filter { $0.name.hasPrefix("\(name).") }.map { entry in
      var writer = SafeTensorsWriter()
      try writer.add(
        entry.name, entry.element, shape: entry.shape, bytes: try file.bytes(of: entry.name))
      return try SafeTensorsFile(contents: Buffer(writer.contents))
    }
    let whole = try QuantizedCheckpoint(file: file, configuration: configuration)
    let parts = try QuantizedCheckpoint(files: files, configuration: configuration)
    #expect(files.count >= 4 && parts.names == [name])
    #expect(try parts.matrix(name) == whole.matrix(name))
  }

  /// The product with an activation whose columns follow the weight's is that of the weight as stored.
  @Test func activationsFollowTheOrderOfColumns() throws {
    let name = "gptq-4-v1-asym-group16-order"
    let file = try #require(CheckpointGolden.file)
    let weight = try QuantizedCheckpoint(
      file: file, configuration: try CheckpointGolden.configuration(name)
    ).orderedMatrix(name)
    let columns = try #require(weight.columns)
    #expect(columns != Array(columns.indices) && columns.sorted() == Array(columns.indices))
    let input = Matrix<Float>(rows: 3, columns: columns.count) { Float($0 * 100 + $1) }
    let arranged = try weight.arranged(input)
    for row in 0..<3 {
      for (place, column) in columns.enumerated() {
        #expect(arranged[row, place] == input[row, column])
      }
    }
    let values: Matrix<Float> = weight.matrix.dequantized()
    let product = try weight.matrix.linear(arranged)
    for row in 0..<3 {
      for output in 0..<values.shape.rows {
        let exact = columns.indices.reduce(0.0) {
          $0 + Double(input[row, columns[$1]]) * Double(values[output, $1])
        }
        let magnitude = columns.indices.reduce(0.0) {
          $0 + abs(Double(input[row, columns[$1]]) * Double(values[output, $1]))
        }
        // A sum of n products in Float, with codes and biases apart: n + 8 roundings of the terms.
        let bound = magnitude * 16 * Double(columns.count + 8) * 0x1p-24
        #expect(abs(Double(product[row, output]) - exact) <= bound)
      }
    }
    #expect(throws: ShapeError.mismatchedDepth(lhs: 47, rhs: columns.count)) {
      try weight.arranged(Matrix<Float>(rows: 1, columns: 47) { _, _ in 0 })
    }
  }
}

import AffineFormats
import AffineQuant
import Foundation
import Testing

/// What the reference implementation made of blocks of every type; `Golden/generate_gguf.py` wrote it.
@Suite struct GGUFGoldenTests {
  static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "Golden/gguf.gguf").path()

  /// The names of the cases: a type, perhaps followed by how its blocks were made.
  static let cases: [String] = {
    guard let file = try? GGUFFile(path: path) else { return [] }
    return file.tensors.map(\.name).filter { $0.hasPrefix("blocks/") }
      .map { String($0.dropFirst("blocks/".count)) }
  }()

  private func expected(_ name: String, in file: GGUFFile) throws -> [UInt32] {
    try file.matrix("values/\(name)").values.array.map(\.bitPattern)
  }

  @Test func everyTypeIsThere() {
    let types = Set(Self.cases.map { $0.prefix { $0 != "/" } })
    #expect(types.count == 17)
  }

  @Test(arguments: cases) func valuesAreTheReferences(name: String) throws {
    let file = try GGUFFile(path: Self.path)
    let matrix = try file.matrix("blocks/\(name)")
    #expect(matrix.shape == file["values/\(name)"]?.shape)
    #expect(matrix.values.array.map(\.bitPattern) == (try expected(name, in: file)))
  }

  @Test(arguments: cases.filter { !["F32", "F16", "BF16"].contains($0) })
  func codesAndScalesHaveTheReferencesValues(name: String) throws {
    let file = try GGUFFile(path: Self.path)
    let tensor = try #require(file["blocks/\(name)"])
    guard name != "MXFP4" else {
      // One of its scales stands for no number.
      #expect(throws: GGUFError.self) { try file.quantized(tensor.name) }
      return
    }
    let matrix = try file.quantized(tensor.name)
    #expect(matrix.quantizedType == tensor.type.quantizedType)
    let values: Matrix<Float> = matrix.dequantized()
    #expect(values.values.array.map(\.bitPattern) == (try expected(name, in: file)))
  }
}

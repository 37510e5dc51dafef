import AffineQuant
import AffineTestSupport
import Testing

/// Rows of packed weights, and of quantized matrices.
@Suite struct PackedRowsTests {
  static let names = [
    "int8-row", "int8-tensor", "int4-group32", "uint4-group32-biased-float16", "int8-group8",
    "uint8-row", "uint3-group16", "uint4-group32-nf4", "int8-block16x16",
  ]
  static let numbers = [6, 0, 36, 6, 17]

  @Test(arguments: names) func areThoseOfTheMatrix(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let matrix = try AnyQuantized(quantizing: Samples.matrix(37, 52, for: type, seed: 1), as: type)
    let values: Matrix<Float> = matrix.dequantized()
    let packed = PackedWeight(matrix, on: .threads(1))
    for threads in 1...2 {
      let rows = try packed.rows(Self.numbers, on: .threads(threads))
      #expect(rows == Matrix(rows: 5, columns: 52) { values[Self.numbers[$0], $1] })
    }
    for number in [-1, 37] {
      #expect(throws: ShapeError.outOfRange(axis: "row", index: number, extent: 37)) {
        try packed.rows([0, number])
      }
    }
  }

  @Test(arguments: names) func moveWithTheirScales(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let matrix = try AnyQuantized(quantizing: Samples.matrix(37, 52, for: type, seed: 1), as: type)
    guard type.block.rows == 1 else {
      #expect(throws: QuantizationError.self) { try matrix.rows(inOrder: Self.numbers) }
      return
    }
    let moved = try matrix.rows(inOrder: Self.numbers)
    #expect(moved.quantizedType == type)
    let values: Matrix<Float> = matrix.dequantized()
    #expect(
      moved.dequantized() == Matrix<Float>(rows: 5, columns: 52) { values[Self.numbers[$0], $1] })
  }
}

import AffineQuant
import AffineTestSupport
import Testing

/// A weight whose type is a value gives what its type gives.
@Suite struct ErasedWeightTests {
  private static let types = Catalog.types.filter(\.block.isRowSliced)

  @Test(arguments: types) func methodsGiveTheBitsOfTheFunction(type: QuantizedType) throws {
    let matrix = try AnyQuantized(quantizing: Samples.matrix(21, 70, for: type, seed: 4), as: type)
    for rows in [1, 6] {
      let x = Samples.matrix(rows, 70, seed: 5)
      let expected = try ErasedOperand.product(
        .linear, .float(.float32(x)), .quantized(matrix.core))
      #expect(try matrix.linear(x) == expected)
      #expect(try PackedWeight(matrix).linear(x) == expected)
    }
  }

  @Test func tiledWeightsMultiplyAsTheyLie() throws {
    let x = Samples.matrix(3, 100)
    func check<S, L: RowMajorLayout>(_ weight: AffineQuantized<S, L>) throws
    where L.Scaling: RowSliced {
      let tiled = weight.tiled(), erased: any QuantizedMatrix = weight.tiled()
      let expected = try linear(x, weight)
      #expect(try tiled.linear(x) == expected)
      #expect(try erased.linear(x) == expected)
      #expect(try PackedWeight(tiled).linear(x) == expected)
      #expect(erased.erased == weight.erased && erased.shape == weight.shape)
      #expect(erased.erased.byteCount == weight.byteCount)
    }
    try check(Int8Weight(quantizing: Samples.matrix(37, 100)))
    try check(Int4Weight(quantizing: Samples.matrix(37, 100)))
    try check(UInt4BiasedWeight(quantizing: Samples.matrix(37, 100)))
    try check(NF4Weight(quantizing: Samples.matrix(37, 100)))
    try check(Int8Weight(quantizing: Samples.matrix(37, 120)).slice(columns: 11..<111))
  }

  @Test(arguments: types.filter { $0.storage.isInteger }) func codesOfTilesAreWhereTheyWere(
    type: QuantizedType
  ) throws {
    for (rows, columns, cut) in [(37, 70, 0), (9, 133, 5)] {
      let whole = Samples.codes(rows, columns + cut, type)
      let matrix = try whole.slice(rows: 0..<rows, columns: cut..<columns + cut)
      let all = AnyQuantized(matrix).codes
      let tiled = matrix.tiled()
      for row in 0..<rows {
        for column in 0..<columns {
          #expect(tiled.code(row: row, column: column) == Int(all[row * columns + column]))
        }
      }
    }
  }

  @Test func quantizedInputsEqualThoseQuantizedFirst() throws {
    let x = Samples.matrix(5, 96)
    let weight = try Int4Weight(quantizing: Samples.matrix(40, 96)).tiled()
    let packed = PackedWeight(weight, inputs: Int8Activations.type)
    #expect(try packed.linear(x) == linear(Int8Activations(quantizing: x), weight))
  }
}

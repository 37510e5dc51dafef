import AffineQuant
import AffineTestSupport
import Testing

/// Transposes at the edges of what kernels move at once, and past the caches.
@Suite struct TransposeTests {
  private static let executions = [
    Execution(threads: 1, instructionSet: .portable), .threads(1), .threads(3),
  ]

  @Test(arguments: ["int8-tensor", "int4-tensor", "uint4-tensor", "uint3-tensor"])
  func everyCodeMovesToItsPlace(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    for (rows, columns) in [(1, 1), (1, 70), (127, 129), (128, 64), (129, 128), (300, 257), (0, 5)]
    {
      let matrix = Samples.codes(rows, columns, type)
      let codes = matrix.unpackedCodes()
      let expected = (0..<columns).flatMap { c in (0..<rows).map { codes[$0 * columns + c] } }
      for execution in Self.executions {
        let turned = matrix.transposed(execution)
        #expect(turned.unpackedCodes() == expected, "\(rows)×\(columns)")
        #expect(turned.transposed(execution) == matrix, "\(rows)×\(columns)")
      }
    }
  }

  /// From 4 MiB on the result is written past the caches, where its rows are whole cache lines.
  @Test(arguments: [("int8-tensor", 2048, 2081), ("int4-tensor", 2176, 4100)])
  func largeResultsAreTheSame(name: String, rows: Int, columns: Int) throws {
    let type = try #require(QuantizedType(name: name))
    let bytes = Buffer(
      (0..<rows * type.storage.byteCount(columns: columns)).map {
        UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13)
      })
    let parts = CodeMatrix.Parts(
      codes: bytes, scales: Buffer([1]), zeroPoints: Buffer([]), biases: Buffer([]))
    let matrix = try CodeMatrix(
      type: type, grid: BlockGrid(Shape(rows, columns), type.block), parts: parts)
    let expected = matrix.transposed(Self.executions[0])
    for execution in Self.executions.dropFirst() {
      #expect(matrix.transposed(execution) == expected)
    }
  }
}

import AffineQuant
import AffineTestSupport
import Testing

/// An index outside of a matrix ends the program, as outside of an array: it never reads another row.
@Suite struct BoundsTests {
  private static let matrix = Matrix<Float>(rows: 3, columns: 4) { Float(10 * $0 + $1) }

  private static func weight() throws -> Int4Weight {
    try Int4Weight(quantizing: Samples.matrix(3, 64))
  }

  @Test func whatIsInsideIsRead() async {
    await #expect(processExitsWith: .success) {
      precondition(BoundsTests.matrix[2, 3] == 23)
      let weight = try BoundsTests.weight()
      let tiled = weight.tiled()
      precondition(weight.scales[2, 1] == tiled.scales[2, 1])
      precondition(weight.code(row: 2, column: 63) == tiled.code(row: 2, column: 63))
    }
  }

  @Test func elementsOutsideEndTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = BoundsTests.matrix[0, 5] }
    await #expect(processExitsWith: .failure) { _ = BoundsTests.matrix[1, -2] }
    await #expect(processExitsWith: .failure) { _ = BoundsTests.matrix[-1, 9] }
    await #expect(processExitsWith: .failure) { _ = BoundsTests.matrix[3, 0] }
    await #expect(processExitsWith: .failure) {
      var matrix = BoundsTests.matrix
      matrix[0, 4] = 1
    }
  }

  @Test func scalesAndCodesOutsideEndTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = try BoundsTests.weight().scales[0, 2] }
    await #expect(processExitsWith: .failure) { _ = try BoundsTests.weight().scales[2, -1] }
    await #expect(processExitsWith: .failure) {
      _ = try BoundsTests.weight().code(row: 0, column: 64)
    }
    await #expect(processExitsWith: .failure) {
      _ = try BoundsTests.weight().tiled().code(row: 0, column: 64)
    }
    await #expect(processExitsWith: .failure) {
      _ = try BoundsTests.weight().tiled().code(row: 3, column: 0)
    }
  }
}

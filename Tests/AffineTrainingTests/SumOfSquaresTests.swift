import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

/// Sums of squares, on every instruction set that runs here.
@Suite struct SumOfSquaresTests {
  @Test(arguments: [Shape(1, 1), Shape(3, 17), Shape(64, 33), Shape(1000, 70)])
  func sumsHaveAFixedOrder(shape: Shape) {
    let x = Samples.matrix(shape.rows, shape.columns, seed: 6)
    let squares = Executions.all.map { x.sumOfSquares(on: $0) }
    #expect(squares.allSatisfy { $0 == squares[0] })
    let expected = x.values.array.reduce(0.0) { $0 + Double($1) * Double($1) }
    // Each of as many additions in Double rounds by 2^-53 of a sum that is no larger than the last.
    #expect(abs(squares[0] - expected) <= Double(shape.count) * 0x1p-53 * expected)
  }

  @Test func whatIsNotFiniteShows() {
    let bad = Matrix<Float>(rows: 2, columns: 2) { $0 == $1 ? .infinity : 1 }
    #expect(!bad.sumOfSquares(on: .threads(1)).isFinite)
  }
}

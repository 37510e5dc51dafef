import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct MovingRangeTests {
  @Test func averagesChunksAndBatches() throws {
    // 32 rows are 16 chunks of two: the extremes of chunk c are −(2c + 1) and 2c + 1.
    let first = Matrix<Float>(rows: 32, columns: 2) { row, column in
      Float(row) * (column == 0 ? 1 : -1)
    }
    var range = MovingRange()
    #expect(range.parameters == nil)
    try range.observe(first)
    #expect(range.maximum == 16)
    #expect(range.minimum == -16)
    try range.observe(Matrix(rows: 5, columns: 3) { _, column in Float(column) })
    // 90 % of the new one: 0…2.
    #expect(abs(try #require(range.maximum) - (1.6 + 1.8)) < 1e-6)
    #expect(abs(try #require(range.minimum) + 1.6) < 1e-6)
    var threaded = MovingRange()
    try threaded.observe(first, on: .threads(3))
    try threaded.observe(Matrix(rows: 5, columns: 3) { _, column in Float(column) })
    #expect(threaded == range)
  }

  @Test(
    arguments: [(-3, 5), (0.5, 4), (-9, -2), (0, 0), (-1e-9, 3), (-3e38, 3e38)] as [(Float, Float)])
  func zeroIsExact(low: Float, high: Float) throws {
    var range = MovingRange()
    let values = Matrix<Float>(rows: 1, columns: 3) { _, column in [low, 0, high][column] }
    try range.observe(Matrix(rows: 1, columns: 2) { _, column in column == 0 ? low : high })
    let parameters = try #require(range.parameters)
    let codes = try AnyQuantized(quantizing: values, as: MovingRange.type, with: parameters)
    let back: Matrix<Float> = codes.dequantized()
    #expect(back[0, 1] == 0)
    #expect(Int(codes.codes[1]) == Int(parameters.zeroPoints[0]))
    // Half a step of a 255th of the range with zero, and half for the zero point.
    let width = Double(max(high, 0)) - Double(min(low, 0))
    for column in [0, 2] {
      #expect(abs(Double(back[0, column]) - Double(values[0, column])) <= 1.01 * width / 255 + 1e-8)
    }
  }

  @Test func whatIsNotFiniteChangesNothing() throws {
    var range = MovingRange()
    try range.observe(Samples.matrix(40, 3))
    let before = range
    for value in [Float.nan, .infinity, -.infinity] {
      let bad = Matrix<Float>(rows: 40, columns: 3) { $0 == 7 && $1 == 1 ? value : 1 }
      let error = #expect(throws: QuantizationError.self) { try range.observe(bad) }
      guard case .notFinite(_, row: 7, column: 1) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    try range.observe(Matrix(rows: 0, columns: 3) { _, _ in 0 })
    #expect(range == before)
  }
}

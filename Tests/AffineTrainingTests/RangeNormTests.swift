import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct RangeNormTests {
  /// The formula for 2 and 4096 numbers, computed apart from here.
  @Test func factorIsThatOfTheSource() {
    #expect(abs(RangeNorm.factor(count: 4096) - 0.13244725) < 1e-8)
    #expect(abs(RangeNorm.factor(count: 2) - 0.45881074) < 1e-8)
    for count in [0, 1] { #expect(RangeNorm.factor(count: count) == RangeNorm.factor(count: 2)) }
  }

  /// Of normal numbers the scale is the deviation, to a tenth.
  @Test func theScaleStandsForTheDeviation() throws {
    let x = Numbers.normal(40, 4096, seed: 1)
    let ones = Matrix<Float>(rows: 1, columns: 4096) { _, _ in 1 }
    let statistics = try RangeNorm().forward(x, gain: ones, bias: ones).statistics
    let ratios = (0..<40).map { row in
      let values = (0..<4096).map { Double(x[row, $0]) }
      let mean = values.reduce(0, +) / 4096
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4096
      return Double(statistics.scales[row]) / variance.squareRoot()
    }
    #expect((0.9...1.1).contains(ratios.reduce(0, +) / 40))
    let threaded = try RangeNorm().forward(x, gain: ones, bias: ones, on: .threads(3))
    #expect(threaded.statistics == statistics)
  }

  @Test func whatIsConstantBecomesTheBias() throws {
    let x = Matrix<Float>(rows: 3, columns: 100) { row, _ in [0.1, -7, 0][row] }
    let gain = Matrix<Float>(rows: 1, columns: 100) { _, _ in 2 }
    let bias = Matrix<Float>(rows: 1, columns: 100) { _, column in Float(column) }
    for epsilon in [Float(1e-5), 0] {
      let norm = RangeNorm(epsilon: epsilon)
      let (output, statistics) = try norm.forward(x, gain: gain, bias: bias)
      for row in 0..<3 { for column in 0..<100 { #expect(output[row, column] == Float(column)) } }
      let gradients = try norm.backward(output, input: x, statistics, gain: gain)
      #expect(gradients.input.values.array.allSatisfy { $0.isFinite })
    }
  }

  @Test func emptyAndMismatchedShapes() throws {
    let norm = RangeNorm()
    for (m, n) in [(0, 3), (3, 0), (0, 0), (1, 1)] {
      let x = Samples.matrix(m, n), vector = Matrix<Float>(rows: 1, columns: n) { _, _ in 1 }
      let (y, statistics) = try norm.forward(x, gain: vector, bias: vector)
      #expect(y.shape == x.shape)
      #expect(try norm.backward(y, input: x, statistics, gain: vector).input.shape == x.shape)
    }
    let x = Samples.matrix(4, 5), vector = Matrix<Float>(rows: 1, columns: 4) { _, _ in 1 }
    #expect(throws: ShapeError.mismatchedExtent(axis: "columns", lhs: 5, rhs: 4)) {
      try norm.forward(x, gain: vector, bias: vector)
    }
  }
}

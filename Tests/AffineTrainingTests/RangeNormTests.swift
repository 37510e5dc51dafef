import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct RangeNormTests {
  /// Constants for 4 … 4096 numbers, computed apart from here.
  @Test func constantsAreThoseOfTheSources() {
    #expect(abs(RangeConstant.fitted.factor(count: 4096) - 0.13244725) < 1e-8)
    #expect(abs(RangeConstant.printed.factor(count: 4096) - 0.24517809) < 1e-8)
    #expect(abs(RangeConstant.printed.factor(count: 4) - 0.60056120) < 1e-8)
    #expect(RangeConstant.printed.factor(count: 1).isFinite)
    #expect(RangeConstant.fitted.factor(count: 0).isFinite)
  }

  /// Of normal numbers the scale is the deviation, to a tenth; as printed about twice that.
  @Test func theScaleStandsForTheDeviation() {
    let x = Numbers.normal(4096, 40, seed: 1)
    for (constant, range) in [(RangeConstant.fitted, 0.9...1.1), (.printed, 1.6...1.85)] {
      let norm = RangeBatchNorm(constant: constant)
      let statistics = norm.statistics(of: x)
      let ratios = (0..<40).map { column in
        let values = (0..<4096).map { Double(x[$0, column]) }
        let mean = values.reduce(0, +) / 4096
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4096
        return Double(statistics.scales[column]) / variance.squareRoot()
      }
      let mean = ratios.reduce(0, +) / 40
      #expect(range.contains(mean))
      #expect(norm.statistics(of: x, on: .threads(3)) == statistics)
    }
  }

  @Test func runningStatisticsAreThoseOfTheSameConstant() throws {
    for constant in RangeConstant.allCases {
      let norm = RangeBatchNorm(constant: constant)
      let ones = Matrix<Float>(rows: 1, columns: 5) { _, _ in 1 }
      let zeros = Matrix<Float>(rows: 1, columns: 5) { _, _ in 0 }
      let x = Samples.matrix(50, 5, seed: 1)
      var running = RunningRange()
      let (output, statistics) = try norm.forward(x, gain: ones, bias: zeros)
      running.update(statistics)
      #expect(try norm.forward(x, running, gain: ones, bias: zeros) == output)
      let other = norm.statistics(of: Samples.matrix(50, 5, seed: 2))
      running.update(other)
      for column in 0..<5 {
        let mean = 0.9 * statistics.means[column] + 0.1 * other.means[column]
        let scale = 0.9 * statistics.scales[column] + 0.1 * other.scales[column]
        #expect(abs(running.means[column] - mean) <= 1e-5)
        #expect(abs(running.scales[column] - scale) <= 1e-5 * scale)
      }
      let before = running
      running.update(norm.statistics(of: Matrix(rows: 3, columns: 5) { _, _ in .nan }))
      #expect(running == before)
      #expect(throws: ShapeError.self) {
        try norm.forward(x, RunningRange(), gain: ones, bias: zeros)
      }
    }
  }

  @Test func whatIsConstantBecomesTheBias() throws {
    let x = Matrix<Float>(rows: 100, columns: 3) { _, column in [0.1, -7, 0][column] }
    let gain = Matrix<Float>(rows: 1, columns: 3) { _, _ in 2 }
    let bias = Matrix<Float>(rows: 1, columns: 3) { _, column in Float(column) }
    for epsilon in [Float(1e-5), 0] {
      let norm = RangeBatchNorm(epsilon: epsilon)
      let (output, statistics) = try norm.forward(x, gain: gain, bias: bias)
      for row in 0..<100 { for column in 0..<3 { #expect(output[row, column] == Float(column)) } }
      let gradients = try norm.backward(output, input: x, statistics, gain: gain)
      #expect(gradients.input.values.array.allSatisfy { $0.isFinite })
      let flat = x.transposed()
      let (gains, zeros) = (
        Matrix<Float>(rows: 1, columns: 100) { _, _ in 2 },
        Matrix<Float>(rows: 1, columns: 100) { _, _ in 0 }
      )
      let rows = RangeNorm(epsilon: epsilon)
      let (result, kept) = try rows.forward(flat, gain: gains, bias: zeros)
      #expect(result.values.array.allSatisfy { $0 == 0 })
      let back = try rows.backward(flat, input: flat, kept, gain: gains)
      #expect(back.input.values.array.allSatisfy { $0.isFinite })
    }
  }

  @Test func emptyAndMismatchedShapes() throws {
    let norm = RangeBatchNorm(), rows = RangeNorm()
    for (m, n) in [(0, 3), (3, 0), (0, 0), (1, 1)] {
      let x = Samples.matrix(m, n), vector = Matrix<Float>(rows: 1, columns: n) { _, _ in 1 }
      let (y, statistics) = try norm.forward(x, gain: vector, bias: vector)
      #expect(y.shape == x.shape)
      #expect(try norm.backward(y, input: x, statistics, gain: vector).input.shape == x.shape)
      let (z, kept) = try rows.forward(x, gain: vector, bias: vector)
      #expect(try rows.backward(z, input: x, kept, gain: vector).input.shape == x.shape)
    }
    let x = Samples.matrix(4, 5), vector = Matrix<Float>(rows: 1, columns: 4) { _, _ in 1 }
    #expect(throws: ShapeError.mismatchedExtent(axis: "columns", lhs: 5, rhs: 4)) {
      try norm.forward(x, gain: vector, bias: vector)
    }
    #expect(throws: ShapeError.mismatchedExtent(axis: "columns", lhs: 5, rhs: 4)) {
      try rows.forward(x, gain: vector, bias: vector)
    }
  }
}

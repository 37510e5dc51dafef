import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct BitSplitTests {
  let g = Numbers.normal(64, 96, seed: 1)
  var largest: Double { Numbers.doubles(g).reduce(0) { max($0, abs($1)) } }

  @Test func codesStayInRangeAndScalesAreOneATensor() throws {
    let split = try BitSplit(g, seed: 1)
    #expect(split.high.quantizedType.name == "int4-tensor")
    #expect(split.low.quantizedType.name == "int4-tensor")
    #expect(split.high.codes.allSatisfy { (-6...6).contains($0) })
    #expect(split.low.codes.allSatisfy { (-7...7).contains($0) })
    #expect(abs(Double(split.low.scales[0, 0]) * 90 / largest - 1) < 1e-6)
    #expect(split.high.scales[0, 0] == 14 * split.low.scales[0, 0])
    #expect(try BitSplit(g, seed: 1, on: .threads(3)) == split)
    #expect(try BitSplit(g, seed: 1, step: 1) != split)
    #expect(split.stacked().shape == Shape(128, 96))
  }

  @Test func noValueIsFurtherOffThanOneStep() throws {
    for seed in 0..<8 {
      let values = try BitSplit(g, seed: UInt64(seed)).dequantized()
      // One step, and what Float loses of the largest value twice.
      let bound = largest / 90 + largest * 0x1p-22
      let errors = zip(Numbers.doubles(values), Numbers.doubles(g)).map { abs($0 - $1) }
      #expect(errors.allSatisfy { $0 <= bound })
    }
  }

  /// The error of a draw is f(1 − f) of a step squared at a fraction f: at most ½ a step a value.
  @Test func theMeanOfDrawsIsTheGradient() throws {
    let draws = 64
    var sums = [Double](repeating: 0, count: g.shape.count)
    var errors = 0.0
    for draw in 0..<draws {
      let values = Numbers.doubles(try BitSplit(g, seed: 5, step: UInt64(draw)).dequantized())
      for index in sums.indices { sums[index] += values[index] }
      errors += Numbers.relativeError(values, Numbers.doubles(g))
    }
    let means = sums.map { $0 / Double(draws) }
    let values = Numbers.doubles(g)
    // 6 deviations of a mean of 64.
    let bound = 6 * 0.5 / 8 * largest / 90
    #expect(zip(means, values).allSatisfy { abs($0 - $1) <= bound })
    // All together: 1/√64 of the error of one draw, a tenth more allowed.
    let (one, mean) = (errors / Double(draws), Numbers.relativeError(means, values))
    #expect(mean <= 1.1 * one / 8)
  }

  @Test func zerosAndTheSmallestNumbersAreFine() throws {
    let zeros = Matrix<Float>(rows: 3, columns: 4) { _, _ in 0 }
    #expect(try BitSplit(zeros, seed: 1).dequantized() == zeros)
    for value in [
      Float.leastNonzeroMagnitude, .leastNormalMagnitude, 1e30, .greatestFiniteMagnitude,
    ] {
      let g = Matrix<Float>(rows: 1, columns: 2) { _, column in column == 0 ? value : -value }
      let split = try BitSplit(g, seed: 1).dequantized()
      #expect(split.values.array.allSatisfy { $0.isFinite })
    }
    let empty = Matrix<Float>(rows: 0, columns: 4) { _, _ in 0 }
    #expect(try BitSplit(empty, seed: 1).dequantized() == empty)
    let bad = Matrix<Float>(rows: 2, columns: 2) { $0 == 1 && $1 == 0 ? .nan : 1 }
    #expect(throws: QuantizationError.self) { try BitSplit(bad, seed: 1) }
    let infinite = Matrix<Float>(rows: 2, columns: 2) { $0 == 1 && $1 == 0 ? .infinity : 1 }
    #expect(throws: QuantizationError.notFinite(.infinity, row: 1, column: 0)) {
      try BitSplit(infinite, seed: 1)
    }
  }
}

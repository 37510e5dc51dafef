import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

@Suite struct LearnedStepTests {
  let x = Samples.matrix(9, 40, seed: 1)
  let g = Samples.matrix(9, 40, seed: 2)

  @Test func startsFromTheMeanMagnitude() throws {
    let mean = Numbers.doubles(x).reduce(0) { $0 + abs($1) } / 360
    let step = try LearnedStep(for: x)
    #expect(abs(Double(step.value) - (2 * mean / 7.0.squareRoot() + 1e-10)) <= mean * 0x1p-22)
    let zeros = Matrix<Float>(rows: 2, columns: 3) { _, _ in 0 }
    #expect(try LearnedStep(for: zeros).value == 1e-10)
    #expect(try LearnedStep(for: Matrix(rows: 0, columns: 5) { _, _ in 0 }).value == 1e-10)
  }

  /// Rounding taken for the constant shift that it is here: then the loss is smooth in the step.
  @Test(arguments: [Float(0.3), 0.05, 2]) func gradientMatchesTheSurrogate(value: Float) throws {
    let (xs, gs) = (Numbers.doubles(x), Numbers.doubles(g))
    func loss(_ step: Double) -> Double {
      zip(xs, gs).reduce(0.0) { sum, pair in
        let v = pair.0 / Double(value)
        let shift = v.rounded(.toNearestOrEven) - v
        let code = v < -8 ? -8 : v > 7 ? 7 : pair.0 / step + shift
        return sum + pair.1 * code * step
      }
    }
    let width = Double(value) * 1e-4
    let slope = (loss(Double(value) + width) - loss(Double(value) - width)) / (2 * width)
    let expected = slope / (7.0 * 360).squareRoot()
    let found = try LearnedStep(value).gradient(of: x, g)
    #expect(abs(Double(found) - expected) <= 1e-3 * abs(expected))
    #expect(try LearnedStep(value).gradient(of: x, g, on: .threads(2)) == found)
  }

  @Test func isAboveZero() throws {
    #expect(try LearnedStep(1e-20).value == 1e-10)
    for bad in [Float(0), -1, .nan, .infinity] {
      #expect(throws: QuantizationError.self) { try LearnedStep(bad) }
    }
    let saved = try JSONEncoder().encode([LearnedStep(0.1)])
    #expect(try JSONDecoder().decode([LearnedStep].self, from: saved) == [LearnedStep(0.1)])
    #expect(throws: QuantizationError.self) {
      try JSONDecoder().decode([LearnedStep].self, from: Data("[-1]".utf8))
    }
  }

  @Test func shapesMustAgree() throws {
    let step = try LearnedStep(1)
    #expect(throws: ShapeError.mismatchedExtent(axis: "rows", lhs: 9, rhs: 8)) {
      try step.gradient(of: x, Samples.matrix(8, 40))
    }
  }
}

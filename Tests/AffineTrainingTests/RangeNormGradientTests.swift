import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Backward passes against central differences of the definition in `Double`.
@Suite struct RangeNormGradientTests {
  /// A batch, what is multiplied and added, and weights of the loss Σ weight · output.
  struct Case {
    var x, gain, bias, weight: [Double]
    let rows, columns: Int

    init(_ rows: Int, _ columns: Int, seed: UInt64) {
      (self.rows, self.columns) = (rows, columns)
      x = Numbers.doubles(Samples.matrix(rows, columns, seed: seed))
      gain = Numbers.doubles(Numbers.normal(1, columns, seed: seed + 1))
      bias = Numbers.doubles(Numbers.normal(1, columns, seed: seed + 2))
      weight = Numbers.doubles(Numbers.normal(rows, columns, seed: seed + 3))
    }

    /// The groups of places that are normalised together.
    func groups(byRow: Bool) -> [[Int]] {
      byRow
        ? (0..<rows).map { row in (0..<columns).map { row * columns + $0 } }
        : (0..<columns).map { column in (0..<rows).map { $0 * columns + column } }
    }

    func output(byRow: Bool, constant: Double) -> [Double] {
      var output = x
      for group in groups(byRow: byRow) {
        let values = group.map { x[$0] }
        let mean = values.reduce(0, +) / Double(values.count)
        let range = values.reduce(-.infinity, max) - values.reduce(.infinity, min)
        let factor = constant / (2 * log(Double(values.count))).squareRoot()
        for place in group {
          let normal = (x[place] - mean) / (factor * range + 1e-5)
          output[place] = gain[place % columns] * normal + bias[place % columns]
        }
      }
      return output
    }

    func loss(byRow: Bool, constant: Double) -> Double {
      zip(output(byRow: byRow, constant: constant), weight).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The slope of the loss by one number.
    func slope(
      _ part: WritableKeyPath<Case, [Double]>, _ index: Int, byRow: Bool, constant: Double
    ) -> Double {
      let width = 1e-6
      var (up, down) = (self, self)
      up[keyPath: part][index] += width
      down[keyPath: part][index] -= width
      let rise = up.loss(byRow: byRow, constant: constant)
      return (rise - down.loss(byRow: byRow, constant: constant)) / (2 * width)
    }

    func matrix(_ values: [Double], rows: Int) -> Matrix<Float> {
      Matrix(rows: rows, columns: columns) { Float(values[$0 * columns + $1]) }
    }
  }

  @Test(arguments: [(RangeConstant.fitted, 0.5402083625), (.printed, 1)], [false, true])
  func gradientsMatchCentralDifferences(
    constant: (RangeConstant, Double), byRow: Bool
  ) throws {
    for (rows, columns) in [(7, 5), (130, 3), (3, 130)] {
      let example = Case(rows, columns, seed: UInt64(rows))
      let (x, weight) = (
        example.matrix(example.x, rows: rows), example.matrix(example.weight, rows: rows)
      )
      let (gain, bias) = (
        example.matrix(example.gain, rows: 1), example.matrix(example.bias, rows: 1)
      )
      let (found, output) = try run(x, weight, gain, bias, constant.0, byRow, .standard)
      let threaded = try run(x, weight, gain, bias, constant.0, byRow, .threads(3))
      #expect(threaded == (found, output))
      func slopes(_ part: WritableKeyPath<Case, [Double]>) -> [Double] {
        example[keyPath: part].indices.map {
          example.slope(part, $0, byRow: byRow, constant: constant.1)
        }
      }
      let expected = example.output(byRow: byRow, constant: constant.1)
      // Sums of 130 Floats, each of some roundings, and differences that are good to 1e-8.
      #expect(Numbers.relativeError(Numbers.doubles(output), expected) < 1e-6)
      #expect(Numbers.relativeError(Numbers.doubles(found.input), slopes(\.x)) < 1e-5)
      #expect(Numbers.relativeError(Numbers.doubles(found.gain), slopes(\.gain)) < 1e-5)
      #expect(Numbers.relativeError(Numbers.doubles(found.bias), slopes(\.bias)) < 1e-5)
    }
  }

  private func run(
    _ x: Matrix<Float>, _ weight: Matrix<Float>, _ gain: Matrix<Float>, _ bias: Matrix<Float>,
    _ constant: RangeConstant, _ byRow: Bool, _ execution: Execution
  ) throws -> (RangeNormGradients, Matrix<Float>) {
    if byRow {
      let norm = RangeNorm(constant: constant)
      let (y, kept) = try norm.forward(x, gain: gain, bias: bias, on: execution)
      return (try norm.backward(weight, input: x, kept, gain: gain, on: execution), y)
    }
    let norm = RangeBatchNorm(constant: constant)
    let (y, kept) = try norm.forward(x, gain: gain, bias: bias, on: execution)
    return (try norm.backward(weight, input: x, kept, gain: gain, on: execution), y)
  }

  /// Several largest values share what the range gives; together it is what one would get.
  @Test func equalExtremesShareTheGradient() throws {
    let x = try Matrix<Float>(Shape(6, 1), [3, -1, 3, 0, 3, -1])
    let g = try Matrix<Float>(Shape(6, 1), [1, 0, 0, 2, 0, 0])
    let one = Matrix<Float>(rows: 1, columns: 1) { _, _ in 1 }
    let norm = RangeBatchNorm()
    let found = try norm.backward(g, input: x, norm.statistics(of: x), gain: one).input
    let plain = 0.5 / Double(norm.statistics(of: x).scales[0])
    // Σ g·z · C / scale, negative at the three largest.
    #expect(abs(Double(found[2, 0]) - Double(found[4, 0])) < 1e-9)
    let share = Double(found[2, 0]) + plain, other = Double(found[1, 0]) + plain
    #expect(abs(3 * share + 2 * other) < 1e-6)
    #expect(abs(found.values.array.reduce(0, +)) < 1e-6)
  }
}

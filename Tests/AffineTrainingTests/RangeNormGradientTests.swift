import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Foundation
import Testing

/// Backward passes against central differences of the definition in `Double`.
@Suite struct RangeNormGradientTests {
  /// Rows, what is multiplied and added, and weights of the loss Σ weight · output.
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

    /// By the definition, with C = .5402… / √(2 ln columns).
    var output: [Double] {
      var output = x
      let factor = 0.5402083625 / (2 * log(Double(columns))).squareRoot()
      for row in 0..<rows {
        let values = x[row * columns..<(row + 1) * columns]
        let mean = values.reduce(0, +) / Double(columns)
        let range = values.reduce(-.infinity, max) - values.reduce(.infinity, min)
        for column in 0..<columns {
          let normal = (x[row * columns + column] - mean) / (factor * range + 1e-5)
          output[row * columns + column] = gain[column] * normal + bias[column]
        }
      }
      return output
    }

    var loss: Double { zip(output, weight).reduce(0) { $0 + $1.0 * $1.1 } }

    /// The slopes of the loss by numbers, as central differences.
    func slopes(_ part: WritableKeyPath<Case, [Double]>) -> [Double] {
      let width = 1e-6
      return self[keyPath: part].indices.map { index in
        var (up, down) = (self, self)
        up[keyPath: part][index] += width
        down[keyPath: part][index] -= width
        return (up.loss - down.loss) / (2 * width)
      }
    }

    func matrix(_ values: [Double], rows: Int) -> Matrix<Float> {
      Matrix(rows: rows, columns: columns) { Float(values[$0 * columns + $1]) }
    }
  }

  @Test(arguments: [(7, 5), (130, 3), (3, 130)])
  func gradientsMatchCentralDifferences(rows: Int, columns: Int) throws {
    let example = Case(rows, columns, seed: UInt64(rows))
    let (x, weight) = (
      example.matrix(example.x, rows: rows), example.matrix(example.weight, rows: rows)
    )
    let (gain, bias) = (
      example.matrix(example.gain, rows: 1), example.matrix(example.bias, rows: 1)
    )
    let (found, output) = try run(x, weight, gain, bias, .standard)
    let threaded = try run(x, weight, gain, bias, .threads(3))
    #expect(threaded == (found, output))
    // Sums of 130 Floats, each of some roundings, and differences that are good to 1e-8.
    #expect(Numbers.relativeError(Numbers.doubles(output), example.output) < 1e-6)
    #expect(Numbers.relativeError(Numbers.doubles(found.input), example.slopes(\.x)) < 1e-5)
    #expect(Numbers.relativeError(Numbers.doubles(found.gain), example.slopes(\.gain)) < 1e-5)
    #expect(Numbers.relativeError(Numbers.doubles(found.bias), example.slopes(\.bias)) < 1e-5)
  }

  private func run(
    _ x: Matrix<Float>, _ weight: Matrix<Float>, _ gain: Matrix<Float>, _ bias: Matrix<Float>,
    _ execution: Execution
  ) throws -> (RangeNormGradients, Matrix<Float>) {
    let norm = RangeNorm()
    let (y, kept) = try norm.forward(x, gain: gain, bias: bias, on: execution)
    return (try norm.backward(weight, input: x, kept, gain: gain, on: execution), y)
  }

  /// Several largest values share what the range gives; together it is what one would get.
  @Test func equalExtremesShareTheGradient() throws {
    let x = try Matrix<Float>(Shape(1, 6), [3, -1, 3, 0, 3, -1])
    let g = try Matrix<Float>(Shape(1, 6), [1, 0, 0, 2, 0, 0])
    let ones = Matrix<Float>(rows: 1, columns: 6) { _, _ in 1 }
    let norm = RangeNorm()
    let statistics = try norm.forward(x, gain: ones, bias: ones).statistics
    let found = try norm.backward(g, input: x, statistics, gain: ones).input
    let plain = 0.5 / Double(statistics.scales[0])
    // Σ g·z · C / scale, negative at the three largest.
    #expect(abs(Double(found[0, 2]) - Double(found[0, 4])) < 1e-9)
    let share = Double(found[0, 2]) + plain, other = Double(found[0, 1]) + plain
    #expect(abs(3 * share + 2 * other) < 1e-6)
    #expect(abs(found.values.array.reduce(0, +)) < 1e-6)
  }
}

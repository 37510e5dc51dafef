import AffineLayers
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Functions of whole rows, on every instruction set that runs here.
@Suite struct RowFunctionTests {
  static let executions = Executions.all
  static let shapes = (1...70).map { Shape(3, $0) } + [Shape(400, 130)]

  private static func norm(_ x: Grid, _ weight: Grid?, _ bias: Grid?, centers: Bool) -> Grid {
    let n = Double(x.columns)
    let statistics = (0..<x.rows).map { row in
      let values = (0..<x.columns).map { x[row, $0] }
      let mean = centers ? values.reduce(0, +) / n : 0
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      return (mean, 1 / (square + Double(Float(1e-3))).squareRoot())
    }
    return Grid(x.rows, x.columns) { row, column in
      let normal = (x[row, column] - statistics[row].0) * statistics[row].1
      return normal * (weight?[0, column] ?? 1) + (bias?[0, column] ?? 0)
    }
  }

  @Test(arguments: [true, false]) func normsAreNearTheirDefinition(centers: Bool) {
    for shape in Self.shapes {
      let x = Samples.matrix(shape.rows, shape.columns, seed: 1)
      let g = Samples.matrix(shape.rows, shape.columns, seed: 2)
      let weight = Samples.matrix(1, shape.columns, seed: 3)
      let bias = Samples.matrix(1, shape.columns, seed: 4)
      let expected = Self.norm(Grid(x), Grid(weight), centers ? Grid(bias) : nil, centers: centers)
      let slopes = CentralDifferences(centers ? [x, weight, bias] : [x, weight], g) {
        Self.norm($0[0], $0[1], centers ? $0[2] : nil, centers: centers)
      }
      var first: [Matrix<Float>] = []
      for execution in Self.executions {
        let (output, gradients) = Self.run(x, weight, bias, g, centers: centers, execution)
        let all = [output] + gradients
        if !first.isEmpty {
          #expect(zip(first, all).allSatisfy { sameBits($0, $1) })
          continue
        }
        first = all
        for row in 0..<shape.rows {
          let largest = (0..<shape.columns).reduce(0) { max($0, abs(Double(x[row, $1]))) }
          for column in 0..<shape.columns {
            // The mean and the variance err by a rounding for each sixteenth term and 8 more, of the
            // row's largest value over a deviation of at least √0.001, some 32.
            let unit = (Double(shape.columns) / 16 + 12) * 0x1p-24
            let magnitude =
              largest * 32 * abs(Double(weight[0, column])) + abs(Double(bias[0, column]))
            #expect(abs(Double(output[row, column]) - expected[row, column]) <= unit * magnitude)
          }
        }
        // A norm of so few columns is nearly constant: all of its gradient cancels.
        if shape.columns < (centers ? 3 : 2) { continue }
        for (input, gradient) in gradients.enumerated() {
          let roundings = Double(shape.columns / 16 + shape.rows + 24)
          let samples = shape.count > 1000 ? 6 : 24
          #expect(
            slopes.distance(input: input, gradient, samples: samples) < roundings * 0x1p-22 + 1e-7,
            "\(shape) \(input)")
        }
      }
    }
  }

  private static func run(
    _ x: Matrix<Float>, _ weight: Matrix<Float>, _ bias: Matrix<Float>, _ g: Matrix<Float>,
    centers: Bool, _ execution: Execution
  ) -> (Matrix<Float>, [Matrix<Float>]) {
    if centers {
      let (output, statistics) = RowNorm.layer(
        x, weight: weight, bias: bias, epsilon: 1e-3, on: execution)
      let found = RowNorm.layerGradient(x, weight: weight, statistics: statistics, g, on: execution)
      return (output, [found.input, found.weight, found.bias])
    }
    let (output, statistics) = RowNorm.rootMeanSquare(
      x, weight: weight, epsilon: 1e-3, on: execution)
    let found = RowNorm.rootMeanSquareGradient(
      x, weight: weight, statistics: statistics, g, on: execution)
    return (output, [found.input, found.weight])
  }

  @Test func normsWorkWithoutWeightAndBias() {
    let (x, g) = (Samples.matrix(3, 21, seed: 1), Samples.matrix(3, 21, seed: 2))
    let one = Matrix<Float>(rows: 1, columns: 21) { _, _ in 1 }
    let zero = Matrix<Float>(rows: 1, columns: 21) { _, _ in 0 }
    for execution in Self.executions {
      let plain = RowNorm.rootMeanSquare(x, weight: nil, epsilon: 0.1, on: execution)
      let scaled = RowNorm.rootMeanSquare(x, weight: one, epsilon: 0.1, on: execution)
      #expect(plain.output == scaled.output)
      let slopes = [nil, one].map {
        RowNorm.rootMeanSquareGradient(
          x, weight: $0, statistics: plain.statistics, g, on: execution)
      }
      #expect(slopes[0].input == slopes[1].input && slopes[0].weight == slopes[1].weight)
      #expect(plain.statistics.means == nil)
      let centred = [nil, zero].map {
        RowNorm.layer(x, weight: one, bias: $0, epsilon: 0.1, on: execution).output
      }
      #expect(centred[0] == centred[1])
    }
  }

  @Test(arguments: [1, 30, 10_000] as [Float]) func crossEntropyIsNearItsDefinition(limit: Float) {
    for shape in (Self.shapes + [Shape(64, 1000)]) {
      var random = SplitMix64(seed: 7)
      let logits = Matrix<Float>(rows: shape.rows, columns: shape.columns) { _, _ in
        .random(in: -limit...limit, using: &random)
      }
      let targets = (0..<shape.rows).map { $0 % 3 == 1 ? -1 : $0 * 7 % shape.columns }
      let counted = Double(targets.count { $0 >= 0 })
      let results = Self.executions.map {
        Softmax.crossEntropy(logits, targets: targets, share: 1 / Float(counted), on: $0)
      }
      for result in results {
        #expect(result.sum == results[0].sum && sameBits(result.gradient, results[0].gradient))
      }
      var loss = 0.0
      for row in 0..<shape.rows {
        let largest = (0..<shape.columns).map { Double(logits[row, $0]) }.max() ?? 0
        let parts = (0..<shape.columns).map { exp(Double(logits[row, $0]) - largest) }
        let sum = parts.reduce(0, +)
        if targets[row] >= 0 { loss += log(sum) + largest - Double(logits[row, targets[row]]) }
        for column in 0..<shape.columns {
          let weight = targets[row] < 0 ? 0 : parts[column] / sum
          let expected = weight - (column == targets[row] ? 1 : 0)
          let found = Double(results[0].gradient[row, column])
          // The difference to the largest logit is rounded, |difference| < 88 where it counts; then
          // e^x twice, a rounding a sixteenth term, and the last products.
          let roundings = 2 * 88 + Double(shape.columns) / 16 + 16
          let bound = (roundings * weight + 2) * 0x1p-24 / counted + 0x1p-120
          #expect(abs(found - (targets[row] < 0 ? 0 : expected / counted)) <= bound)
        }
      }
      let roundings = 88 + Double(shape.columns) / 16 + 8
      #expect(
        abs(results[0].sum - loss) <= counted * (roundings * 0x1p-24 + 1e-13 * loss))
    }
  }

  @Test func rowsWithoutTargetDoNotCount() {
    let logits = Samples.matrix(3, 5)
    let result = Softmax.crossEntropy(
      logits, targets: [-1, -1, -1], share: 1, on: .threads(1))
    #expect(result.sum == 0 && result.gradient.values.array.allSatisfy { $0 == 0 })
  }

  @Test func embeddingsGatherAndScatter() {
    for columns in [1, 7, 64, 70] {
      let table = Samples.matrix(50, columns, seed: 1)
      let numbers = (0..<300).map { $0 * $0 % 50 }
      let gradient = Samples.matrix(300, columns, seed: 2)
      var expected = [Float](repeating: 0, count: 50 * columns)
      for (row, number) in numbers.enumerated() {
        for column in 0..<columns { expected[number * columns + column] += gradient[row, column] }
      }
      for execution in Self.executions {
        let found = Embedding.gather(table, rows: numbers, on: execution)
        #expect(
          numbers.indices.allSatisfy { found[$0, columns - 1] == table[numbers[$0], columns - 1] })
        let scattered = Embedding.scatterGradient(
          gradient, rows: numbers, tableRows: 50, on: execution)
        #expect(scattered.values.array == expected)
      }
    }
  }

  @Test func rotationsTurnPairsByPosition() {
    let (heads, sequence) = (3, 5)
    for size in [2, 6, 34, 64] {
      let x = Samples.matrix(4 * sequence, heads * size, seed: 1)
      let rule = RotaryRule(base: 10_000, columns: size)
      let turned = Self.executions.map {
        Rotary.rotate(
          x, heads: heads, size: size, turns: Rotary.turns(positions: Array(0..<sequence), rule),
          on: $0)
      }
      #expect(turned.allSatisfy { sameBits($0, turned[0]) })
      let back = Rotary.rotate(
        turned[0], heads: heads, size: size,
        turns: Rotary.turns(positions: Array(0..<sequence), rule, inverse: true), on: .threads(1))
      for row in 0..<x.shape.rows {
        for head in 0..<heads {
          for i in 0..<size / 2 {
            let (low, high) = (head * size + i, head * size + i + size / 2)
            let (a, b) = (Double(x[row, low]), Double(x[row, high]))
            let angle = Double(row % sequence) * pow(10_000, -2 * Double(i) / Double(size))
            // The turn is rounded once, each product and the sum.
            let bound = 4 * 0x1p-24 * (abs(a) + abs(b))
            #expect(abs(Double(turned[0][row, low]) - (a * cos(angle) - b * sin(angle))) <= bound)
            #expect(abs(Double(turned[0][row, high]) - (b * cos(angle) + a * sin(angle))) <= bound)
            #expect(abs(Double(back[row, low]) - a) <= 3 * bound)
          }
        }
      }
    }
  }
}

// A perceptron of two layers trained with int8 in every product: weights, activations and gradients. Run it with
//
//     swift run -c release Perceptron
import AffineQuant

/// Codes with a scale for each column: what a product contracts along rows.
typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>

let (samples, features, hidden) = (256, 8, 32)
let inputs = Matrix<Float>(rows: samples, columns: features) { row, column in
  Float((row * (2 * column + 3) + column * column * 7) % 41 - 20) / 20
}
/// What is learned: products of neighbours, which no single layer can do.
let targets = Matrix<Float>(rows: samples, columns: 2) { row, place in
  inputs[row, place] * inputs[row, place + 1] + 0.5 * inputs[row, place + 2]
}

/// Two layers; their weights are floats that are quantized at every step.
struct Perceptron {
  var first = Matrix<Float>(rows: hidden, columns: features) { row, column in
    Float((row * 37 + column * 91) % 67 - 33) / 60
  }
  var second = Matrix<Float>(rows: 2, columns: hidden) { row, column in
    Float((row * 53 + column * 29) % 61 - 30) / 120
  }

  /// One step of gradient descent; the mean squared error before it.
  mutating func step(_ number: UInt64, rate: Float) throws -> Float {
    let before = try linear(Int8Activations(quantizing: inputs), Int8Weight(quantizing: first))
    let active = Matrix<Float>(rows: samples, columns: hidden) { max(before[$0, $1], 0) }
    let output = try linear(Int8Activations(quantizing: active), Int8Weight(quantizing: second))
    let slope = Matrix<Float>(rows: samples, columns: 2) {
      (output[$0, $1] - targets[$0, $1]) / Float(samples)
    }
    let back = try inputGradient(
      Int8Activations(quantizing: slope, rounding: .stochastic(seed: number)),
      Columns(quantizing: second))
    let through = Matrix<Float>(rows: samples, columns: hidden) {
      before[$0, $1] > 0 ? back[$0, $1] : 0
    }
    second = moved(second, along: try gradient(slope, active, number), by: rate)
    first = moved(first, along: try gradient(through, inputs, number), by: rate)
    let errors = (0..<output.shape.count).map { output.values[$0] - targets.values[$0] }
    return errors.reduce(0) { $0 + $1 * $1 } / Float(errors.count)
  }

  /// Gradients are rounded at random, so that small ones are not always lost; the seed fixes how.
  private func gradient(
    _ output: Matrix<Float>, _ input: Matrix<Float>, _ seed: UInt64
  ) throws -> Matrix<Float> {
    try weightGradient(
      Columns(quantizing: output, rounding: .stochastic(seed: seed)), Columns(quantizing: input))
  }

  private func moved(
    _ weights: Matrix<Float>, along gradient: Matrix<Float>, by rate: Float
  ) -> Matrix<Float> {
    Matrix(rows: weights.shape.rows, columns: weights.shape.columns) {
      weights[$0, $1] - rate * gradient[$0, $1]
    }
  }
}

var network = Perceptron()
var losses: [Float] = []
for number in 0...800 {
  losses.append(try network.step(UInt64(number), rate: 0.5))
  if number.isMultiple(of: 100) { print("step \(number): \(losses[number])") }
}
precondition(losses[800] < losses[0] / 5, "from \(losses[0]) to \(losses[800])")

import AffineQuant

typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>

let input = Matrix<Float>(rows: 32, columns: 64) { Float(($0 * 3 + $1 * 5) % 17 - 8) / 8 }
let target = Matrix<Float>(rows: 32, columns: 16) { input[$0, $1] - input[$0, $1 + 16] }

/// One step; the weight after it and the mean squared error before it.
func step(_ weight: Matrix<Float>, seed: UInt64) throws -> (weight: Matrix<Float>, loss: Float) {
  let output = try linear(Int8Activations(quantizing: input), Int8Weight(quantizing: weight))
  let slope = Matrix<Float>(rows: 32, columns: 16) { (output[$0, $1] - target[$0, $1]) / 256 }
  let change = try weightGradient(
    Columns(quantizing: slope, rounding: .stochastic(seed: seed)), Columns(quantizing: input))
  let loss = slope.values.array.reduce(0) { $0 + $1 * $1 } * 128
  return (Matrix(rows: 16, columns: 64) { weight[$0, $1] - 0.2 * change[$0, $1] }, loss)
}

var weight = Matrix<Float>(rows: 16, columns: 64) { Float(($0 * 7 + $1) % 13 - 6) / 60 }
var losses: [Float] = []
for number in 0..<60 {
  let (next, loss) = try step(weight, seed: UInt64(number))
  weight = next
  losses.append(loss)
}
print(losses[0], losses[59])
precondition(losses[59] < losses[0] / 4)

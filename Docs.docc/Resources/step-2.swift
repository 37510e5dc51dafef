import AffineQuant

// The gradients contract other axes, so their operands need scales along other axes.
typealias Columns = AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>

let input = Matrix<Float>(rows: 32, columns: 64) { Float(($0 * 3 + $1 * 5) % 17 - 8) / 8 }
let weight = Matrix<Float>(rows: 16, columns: 64) { Float(($0 * 7 + $1) % 13 - 6) / 60 }
let slope = Matrix<Float>(rows: 32, columns: 16) { Float(($0 + $1 * 3) % 11 - 5) / 1000 }

// G · W; rounded at random, so that small gradients are not always lost. The seed fixes how.
let back = try inputGradient(
  Int8Activations(quantizing: slope, rounding: .stochastic(seed: 1)), Columns(quantizing: weight))
// Gᵀ · X
let change = try weightGradient(
  Columns(quantizing: slope, rounding: .stochastic(seed: 2)), Columns(quantizing: input))
precondition(back.shape == input.shape && change.shape == weight.shape)

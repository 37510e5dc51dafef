import AffineQuant

let input = Matrix<Float>(rows: 32, columns: 64) { Float(($0 * 3 + $1 * 5) % 17 - 8) / 8 }
let weight = Matrix<Float>(rows: 16, columns: 64) { Float(($0 * 7 + $1) % 13 - 6) / 60 }

// Forward: each operand has a scale for each row, along which the product adds up.
let output = try linear(Int8Activations(quantizing: input), Int8Weight(quantizing: weight))
precondition(output.shape == Shape(32, 16))

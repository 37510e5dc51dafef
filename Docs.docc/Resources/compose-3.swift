import AffineQuant

typealias Weight = AffineQuantized<Int4, RowMajor<PerGroup<32>, Symmetric>>

let values = Matrix<Float>(rows: 64, columns: 96) { row, column in
  Float((row * 31 + column * 17) % 201 - 100) / 100
}
// Packed once, for the kernels of this CPU; the numbers stay the same.
let weight = try Weight(quantizing: values).tiled()

let tokens = Matrix<Float>(rows: 3, columns: 96) { Float(($0 * 7 + $1 * 13) % 101 - 50) / 50 }
let output = try linear(Int8Activations(quantizing: tokens), weight)
precondition(output.shape == Shape(3, 64))

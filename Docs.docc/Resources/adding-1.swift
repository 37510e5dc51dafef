import AffineQuant

// Pairs of rows share a scale for 16 columns. RowSliced: constant along slices of a row, so it multiplies.
enum PerPair: RowSliced { static let block = Block(rows: 2, columns: 16) }

let values = Matrix<Float>(rows: 64, columns: 96) { row, column in
  Float((row * 31 + column * 17) % 201 - 100) / 100
}
let weight = try AffineQuantized<Int4, RowMajor<PerPair, Symmetric>>(quantizing: values)
precondition(weight.scales.shape == Shape(32, 6))
print(type(of: weight).type.name)

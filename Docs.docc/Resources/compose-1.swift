import AffineQuant

// Codes of 4 bits, one scale for 32 neighbours in a row, no zero point.
typealias Weight = AffineQuantized<Int4, RowMajor<PerGroup<32>, Symmetric>>

let values = Matrix<Float>(rows: 64, columns: 96) { row, column in
  Float((row * 31 + column * 17) % 201 - 100) / 100
}
let weight = try Weight(quantizing: values)
print(weight, weight.byteCount)

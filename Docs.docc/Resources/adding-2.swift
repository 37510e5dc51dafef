import AffineQuant

// Four values, finer near zero.
enum Squares: CodebookMap {
  typealias Storage = UInt2
  static let codebook = CodebookFormat(name: "squares", values: [-1, -0.25, 0.25, 1])
}

let values = Matrix<Float>(rows: 64, columns: 96) { row, column in
  Float((row * 31 + column * 17) % 201 - 100) / 100
}
let weight = try AffineQuantized<UInt2, RowMajor<PerGroup<32>, Codebook<Squares>>>(
  quantizing: values)
let tokens = Matrix<Float>(rows: 3, columns: 96) { Float(($0 * 7 + $1 * 13) % 101 - 50) / 50 }
let output = try linear(tokens, weight)
precondition(output.shape == Shape(3, 64))

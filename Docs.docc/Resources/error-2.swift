import AffineQuant

let values = Matrix<Float>(rows: 64, columns: 96) { row, column in
  Float((row * 31 + column * 17) % 201 - 100) / 100
}
let tokens = Matrix<Float>(rows: 8, columns: 96) { Float(($0 * 7 + $1 * 13) % 101 - 50) / 50 }

/// The signal to noise ratio of a layer's output, as a power.
func ratio(_ exact: Matrix<Float>, _ found: Matrix<Float>) -> Float {
  var (signal, noise): (Float, Float) = (0, 0)
  for index in 0..<exact.shape.count {
    signal += exact.values[index] * exact.values[index]
    noise +=
      (exact.values[index] - found.values[index]) * (exact.values[index] - found.values[index])
  }
  return signal / noise
}

let exact = try linear(tokens, values)
let four = ratio(exact, try linear(tokens, Int4Weight(quantizing: values)))
let eight = ratio(exact, try linear(tokens, Int8Weight(quantizing: values)))
print("4 bits:", four, "8 bits:", eight)
precondition(eight > four)

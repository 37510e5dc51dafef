import AffineQuant

let values = Matrix<Float>(rows: 64, columns: 96) { row, column in
  Float((row * 31 + column * 17) % 201 - 100) / 100
}
let weight = try Int4Weight(quantizing: values)

// No value lies farther from its code than a part of the step.
let decoded = weight.dequantized()
let farthest =
  (0..<values.shape.count).map { abs(values.values[$0] - decoded.values[$0]) }.max() ?? 0
print("largest error of a weight:", farthest)

// What a storage, a granularity and a mapping cost and give, of one matrix. Run it with
//
//     swift run -c release ComposingTypes
import AffineBench
import AffineQuant

let weights = Matrix<Float>(rows: 256, columns: 512) { row, column in
  // Rows of different sizes, with a few large columns, as trained weights have.
  let value = Float((row * 31 + column * 17) % 255 - 127) / 127
  return value * Float(1 + row % 7) * (column % 97 == 0 ? 4 : 1)
}
let inputs = Matrix<Float>(rows: 4, columns: 512) { row, column in
  Float((row * 7 + column * 13) % 101 - 50) / 50
}
let exact = try linear(inputs, weights)

/// Quantizes the weights, multiplies, and prints bits, error and kernel.
func report<Storage, Layout: RowMajorLayout>(
  _: AffineQuantized<Storage, Layout>.Type
) throws where Layout.Scaling: RowSliced, Layout.Mapping: AffineMapping {
  let quantized = try AnyQuantized(
    quantizing: weights, as: AffineQuantized<Storage, Layout>.type)
  let found = try PackedWeight(quantized, inputs: Int8Activations.type).linear(inputs)
  var (error, power) = (0.0, 0.0)
  for index in 0..<exact.shape.count {
    let (a, b) = (Double(exact.values[index]), Double(found.values[index]))
    error += (a - b) * (a - b)
    power += a * a
  }
  let bits = 8 * Double(quantized.byteCount) / Double(weights.shape.count)
  let kernel = explain(.linear, Int8Activations.self, AffineQuantized<Storage, Layout>.self)?.kernel
  print(
    quantized.quantizedType, "\((bits * 100).rounded() / 100) bits",
    "error \(((error / power).squareRoot() * 10_000).rounded() / 100) %", kernel?.name ?? "")
}

try report(AffineQuantized<Int8, RowMajor<PerTensor, Symmetric>>.self)
try report(AffineQuantized<Int8, RowMajor<PerRow, Symmetric>>.self)
try report(AffineQuantized<Int4, RowMajor<PerRow, Symmetric>>.self)
try report(AffineQuantized<Int4, RowMajor<PerGroup<32>, Symmetric>>.self)
try report(AffineQuantized<UInt4, RowMajor<PerGroup<32>, Asymmetric>>.self)
try report(AffineQuantized<UInt2, RowMajor<PerGroup<32>, Biased>>.self)
try report(NF4Weight.self)

let benchmark = Benchmark(.linear, Int8Activations.self, Int4Weight.self, m: 4, k: 512, n: 256)
print(try benchmark.run(seconds: 0.1))

// What a storage, a granularity and a mapping cost and give, of one matrix. Run it with
//
//     swift run -c release ComposingTypes
import AffineBench
import AffineQuant

/// Numbers of −1 to 1 that look drawn.
func noise(_ row: Int, _ column: Int) -> Float {
  let word = UInt32(truncatingIfNeeded: row * 1_000_003 + column * 7919) &* 2_654_435_769
  return Float((word ^ word >> 15) & 0xffff) / 32768 - 1
}

// Rows of different sizes, as trained weights have.
let weights = Matrix<Float>(rows: 256, columns: 512) { noise($0, $1) * Float(1 + $0 % 7) }
let inputs = Matrix<Float>(rows: 4, columns: 512) { noise($0 + 1000, $1) }
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

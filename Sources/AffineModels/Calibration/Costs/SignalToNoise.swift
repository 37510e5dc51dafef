public import AffineQuant

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What quantizing one weight costs.
public struct QuantizationCost: Sendable, Hashable {
  /// The tensor.
  public let name: String
  /// The rows and columns.
  public let shape: Shape
  /// Bytes as they were.
  public let bytesBefore: Int
  /// Bytes of codes, scales, zero points and biases.
  public let bytesAfter: Int
  /// Of the weight's values, in dB.
  public let weightSignalToNoise: Double
  /// Of the layer's output on standard normal input, in dB.
  public let outputSignalToNoise: Double

  /// Compares a weight with its quantized form.
  ///
  /// - Parameters:
  ///   - name: The tensor.
  ///   - weight: `n × k`.
  ///   - quantized: The same, quantized.
  ///   - bytesBefore: The bytes that the weight takes in its file.
  ///   - rows: Rows of standard normal input, from a fixed seed.
  /// - Throws: ``AffineQuant/ShapeError`` if the shapes differ.
  public init(
    name: String, weight: Matrix<Float>, quantized: AnyQuantized, bytesBefore: Int, rows: Int = 32
  ) throws(ShapeError) {
    guard weight.shape == quantized.shape else {
      throw .wrongCount(
        of: "weights", expected: weight.shape.count, found: quantized.shape.count)
    }
    self.name = name
    self.bytesBefore = bytesBefore
    shape = weight.shape
    bytesAfter = quantized.quantizedType.byteCount(of: quantized.shape)
    let values: Matrix<Float> = quantized.dequantized()
    weightSignalToNoise = signalToNoise(weight, values)
    let input = Self.normal(rows, weight.shape.columns)
    outputSignalToNoise = signalToNoise(try linear(input, weight), try linear(input, values))
  }

  /// Standard normal values (Box and Muller), the same for every call.
  private static func normal(_ rows: Int, _ columns: Int) -> Matrix<Float> {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func uniform() -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      // Never zero, of which there is no logarithm.
      return (Double(state >> 11) + 0.5) * 0x1p-53
    }
    return Matrix(rows: rows, columns: columns) { _, _ in
      Float((-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()))
    }
  }
}

/// `10 · log₁₀(Σ x² / Σ (x − y)²)`, in dB; infinite where both are equal.
///
/// `signal` holds the x, `approximation` the y.
///
/// - Precondition: Both have one shape.
public func signalToNoise(_ signal: Matrix<Float>, _ approximation: Matrix<Float>) -> Double {
  precondition(signal.shape == approximation.shape, "\(signal) and \(approximation)")
  let (xs, ys) = (signal.values.span, approximation.values.span)
  var (power, noise) = (0.0, 0.0)
  for index in xs.indices {
    let (x, y) = (Double(xs[index]), Double(ys[index]))
    power += x * x
    noise += (x - y) * (x - y)
  }
  return noise == 0 ? .infinity : 10 * log10(power / noise)
}

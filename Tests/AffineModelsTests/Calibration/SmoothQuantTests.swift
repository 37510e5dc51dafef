import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

@Suite struct SmoothQuantTests {
  /// Normal inputs with four columns of fifty times their size.
  private static func planted(_ rows: Int, seed: UInt64) -> Matrix<Float> {
    let draws = CalibrationSamples.normal(rows, 128, seed: seed)
    return Matrix(rows: rows, columns: 128) { draws[$0, $1] * ($1 % 32 == 5 ? 50 : 1) }
  }

  private static func divided(_ inputs: Matrix<Float>, _ factors: [Float]) -> Matrix<Float> {
    Matrix(rows: inputs.shape.rows, columns: inputs.shape.columns) {
      inputs[$0, $1] / factors[$1]
    }
  }

  private static func int8(_ values: Matrix<Float>, _ name: String) throws -> Matrix<Float> {
    let type = try #require(QuantizedType(name: name))
    return try AnyQuantized(quantizing: values, as: type).dequantized()
  }

  private static func distance(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
    var (error, whole) = (0.0, 0.0)
    for index in 0..<a.shape.count {
      let (x, y) = (Double(a.values[index]), Double(b.values[index]))
      whole += x * x
      error += (x - y) * (x - y)
    }
    return (error / whole).squareRoot()
  }

  /// Measured before with scales of a whole tensor: .0737 without and .017 with smoothing.
  @Test(arguments: ["int8-tensor", "int8-row"])
  func halvesTheErrorOfInt8(activations: String) throws {
    let weight = CalibrationSamples.normal(64, 128, seed: 1)
    let fresh = Self.planted(64, seed: 2)
    let group = try CalibrationSamples.group(weight, "int8-row", Self.planted(256, seed: 3))
    let smooth = try SmoothQuant().quantize(group, on: .threads(2))
    let plain = try RoundToNearest().quantize(group, on: .threads(2))
    let factors = try #require(smooth.factors)
    let exact = try linear(fresh, weight)
    let codes = try #require(smooth.weights[0])
    let after = Self.distance(
      exact,
      try linear(try Self.int8(Self.divided(fresh, factors), activations), codes.dequantized()))
    let rounded = try #require(plain.weights[0])
    let before = Self.distance(
      exact, try linear(try Self.int8(fresh, activations), rounded.dequantized()))
    #expect(after <= 0.5 * before, "\(after) of \(before)")
  }

  /// x/s · w·s: two roundings of 2⁻²⁴ a term more than x·w.
  @Test(arguments: [0, 0.5, 0.85, 1])
  func changesNoFloatOutput(alpha: Double) throws {
    let weight = CalibrationSamples.normal(32, 128, seed: 4)
    let inputs = Self.planted(64, seed: 5)
    var method = SmoothQuant()
    method.alpha = alpha
    let group = try CalibrationSamples.group(weight, "int8-row", inputs)
    let factors = try #require(try method.quantize(group, on: .threads(1)).factors)
    let scaled = Matrix<Float>(rows: 32, columns: 128) { weight[$0, $1] * factors[$1] }
    let output = try linear(Self.divided(inputs, factors), scaled)
    #expect(Self.distance(try linear(inputs, weight), output) <= 1e-5)
  }

  /// With α = 0 the weight's columns become equally large, with α = 1 the input's.
  @Test func alphaSaysWhatIsMadeEven() throws {
    let weight = CalibrationSamples.studentT(32, 128, seed: 6)
    let inputs = Self.planted(64, seed: 7)
    let group = try CalibrationSamples.group(weight, "int8-row", inputs)
    for (alpha, matrix, sign) in [(0.0, weight, 1), (1.0, inputs, -1)] {
      var method = SmoothQuant()
      method.alpha = alpha
      let factors = try #require(try method.quantize(group, on: .threads(1)).factors)
      for column in 0..<128 {
        let largest = (0..<matrix.shape.rows).map { abs(matrix[$0, column]) }.max() ?? 0
        let even = sign > 0 ? largest * factors[column] : largest / factors[column]
        #expect(abs(even - 1) < 1e-5)
      }
    }
  }

  /// All layers that read one norm share its factors: the weight's part is the largest of all.
  @Test func factorsAreThoseOfAllReaders() throws {
    let inputs = Self.planted(32, seed: 8)
    let (small, large) = (
      CalibrationSamples.normal(8, 128, seed: 9), CalibrationSamples.studentT(16, 128, seed: 10)
    )
    let type = QuantizedType(name: "int8-row")
    let statistics = try CalibrationSamples.statistics(inputs)
    let both = try LayerGroup(
      [.init("a", small, as: type), .init("b", large, as: nil)], inputs: statistics)
    let result = try SmoothQuant().quantize(both, on: .threads(1))
    #expect(result.weights[0] != nil && result.weights[1] == nil)
    let factors = try #require(result.factors)
    for column in 0..<128 {
      let weight = max(
        (0..<8).map { abs(small[$0, column]) }.max() ?? 0,
        (0..<16).map { abs(large[$0, column]) }.max() ?? 0)
      let input = (0..<32).map { abs(inputs[$0, column]) }.max() ?? 0
      let expected = (Double(input) / Double(weight)).squareRoot()
      #expect(abs(Double(factors[column]) - expected) < 1e-6 * expected)
    }
  }
}

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

  private static func distance(_ a: Matrix<Float>, _ b: Matrix<Float>) -> Double {
    var (error, whole) = (0.0, 0.0)
    for index in 0..<a.shape.count {
      let (x, y) = (Double(a.values[index]), Double(b.values[index]))
      whole += x * x
      error += (x - y) * (x - y)
    }
    return (error / whole).squareRoot()
  }

  /// Rounding errors are even within half a step: inputs of a step s and weights of a step t make an error
  /// of Σ (s² · w² + t² · x²) / 12. Some 64 · 128 of either sort tell their mean square to 1 %, and small
  /// inputs are a few steps: a tenth is left. The largest value of a weight's row errs by half a step or by
  /// nothing, as the rule has it, three times the mean square or none; once smoothed, it is one of the four
  /// columns that count most: a fourth of the energy either way, an eighth of the error.
  @Test(arguments: ["int8-tensor", "int8-row"])
  func errorsAreThoseOfTheSteps(activations: String) throws {
    let weight = CalibrationSamples.normal(64, 128, seed: 1)
    let fresh = Self.planted(64, seed: 2)
    let group = try CalibrationSamples.group(weight, "int8-row", Self.planted(256, seed: 3))
    let exact = try linear(fresh, weight)
    let type = try #require(QuantizedType(name: activations))
    let errors = try [RoundToNearest(), SmoothQuant()].map { (method: any QuantizationMethod) in
      let found = try method.quantize(group, on: .threads(2))
      let factors = found.factors ?? [Float](repeating: 1, count: 128)
      let codes = try #require(found.weights[0])
      let inputs = Self.divided(fresh, factors)
      let inputCodes = try AnyQuantized(quantizing: inputs, as: type)
      let (values, inputValues) = (
        codes.dequantized(as: Float.self), inputCodes.dequantized(as: Float.self)
      )
      let error = Self.distance(exact, try linear(inputValues, values))
      var expected = 0.0
      for row in 0..<64 {
        let step = Double(inputCodes.scales[activations == "int8-row" ? row : 0, 0])
        for output in 0..<64 {
          let other = Double(codes.scales[output, 0])
          for column in 0..<128 {
            let (x, w) = (
              Double(inputs[row, column]), Double(weight[output, column] * factors[column])
            )
            expected += (step * step * w * w + other * other * x * x) / 12
          }
        }
      }
      let whole = exact.values.array.reduce(0.0) { $0 + Double($1) * Double($1) }
      print(
        "\(activations), \(method.name): \(error), \((expected / whole).squareRoot()) by the steps")
      #expect(
        abs(error / (expected / whole).squareRoot() - 1) <= (found.factors == nil ? 0.1 : 0.225),
        "\(method.name)")
      return error
    }
    print("\(activations): \(errors[0]) without and \(errors[1]) with smoothing")
    #expect(errors[1] < errors[0])
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

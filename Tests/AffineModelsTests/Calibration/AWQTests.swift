import AffineModels
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

@Suite struct AWQTests {
  /// Inputs whose columns differ in magnitude by a log-normal factor, as channels of models do.
  private static func uneven(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Float> {
    let draws = CalibrationSamples.normal(rows, columns, seed: seed)
    let spread = CalibrationSamples.normal(1, columns, seed: 99)
    return Matrix(rows: rows, columns: columns) { row, column in
      // 2^(2·normal): one channel in twenty is 16 times the median or more.
      let power = (2 * spread[0, column]).rounded()
      return draws[row, column] * Float(sign: .plus, exponent: Int(power), significand: 1)
    }
  }

  /// The definition: of 20 powers of the mean magnitudes that which errs least, tried here one by one.
  /// Errors are compared as sums of products in float: 2⁻²⁴ each, of terms up to the largest.
  @Test(arguments: ["uint4-group64", "uint3-group64", "int4-group64"])
  func findsTheBestPower(type: String) throws {
    let weight = CalibrationSamples.studentT(48, 128, seed: 1)
    let inputs = Self.uneven(512, 128, seed: 2)
    let means = (0..<128).map { column in
      (0..<512).reduce(0.0) { $0 + abs(Double(inputs[$1, column])) } / 512
    }
    let errors = try (0..<20).map { step in
      let powers = means.map { max(pow($0, Double(step) / 20), 1e-4) }
      let middle = try (#require(powers.min()) * #require(powers.max())).squareRoot()
      let factors = powers.map { Float($0 / middle) }
      let scaled = Matrix<Float>(rows: 48, columns: 128) { weight[$0, $1] * factors[$1] }
      let group = try CalibrationSamples.group(scaled, type)
      let rounded = try RoundToNearest().quantize(group, on: .threads(1))
      return CalibrationSamples.outputError(
        inputs, weight,
        CalibrationSamples.values(QuantizedGroup(rounded.weights, factors: factors)))
    }
    let group = try CalibrationSamples.group(weight, type, inputs)
    var method = AWQ()
    method.clips = false
    let aware = CalibrationSamples.values(try method.quantize(group, on: .threads(2)))
    let least = try #require(errors.min())
    #expect(abs(CalibrationSamples.outputError(inputs, weight, aware) / least - 1) <= 1e-4)
    // On inputs that it has not seen it still errs less than rounding.
    let fresh = Self.uneven(128, 128, seed: 3)
    let rounded = CalibrationSamples.values(try RoundToNearest().quantize(group, on: .threads(2)))
    let clipped = CalibrationSamples.values(try AWQ().quantize(group, on: .threads(2)))
    #expect(
      CalibrationSamples.outputError(fresh, weight, clipped)
        < CalibrationSamples.outputError(fresh, weight, rounded))
  }

  @Test(arguments: ["int4-group32", "uint4-group32-biased", "int8-row"])
  func withoutFactorsAndClippingItIsRounding(type: String) throws {
    let weight = CalibrationSamples.studentT(8, 96, seed: 4)
    let group = try CalibrationSamples.group(weight, type, Self.uneven(64, 96, seed: 5))
    var method = AWQ()
    method.steps = 1
    method.clips = false
    let aware = try method.quantize(group, on: .threads(2))
    #expect(aware.factors == nil)
    let rounded = try RoundToNearest().quantize(group, on: .threads(1))
    #expect(aware.weights == rounded.weights)
  }

  /// Over inputs of equal and of uneven columns, with and without factors and clipping, for types with
  /// blocks of all shapes.
  @Test(arguments: ["int4-group32", "uint3-group32-biased", "int8-row", "int4-tensor"])
  func neverErrsMore(type: String) throws {
    let weight = CalibrationSamples.studentT(8, 96, seed: 6)
    for inputs in [CalibrationSamples.normal(64, 96, seed: 7), Self.uneven(64, 96, seed: 8)] {
      for (takesFactors, clips) in [(true, true), (true, false), (false, true)] {
        let group = try CalibrationSamples.group(
          weight, type, inputs, takesFactors: takesFactors)
        var method = AWQ()
        method.clips = clips
        let aware = try method.quantize(group, on: .threads(2))
        #expect(takesFactors || aware.factors == nil)
        let rounded = try RoundToNearest().quantize(group, on: .threads(2))
        let before = CalibrationSamples.outputError(
          inputs, weight, CalibrationSamples.values(rounded))
        let after = CalibrationSamples.outputError(
          inputs, weight, CalibrationSamples.values(aware))
        // Errors are compared as sums of products in float: 2⁻²⁴ each, of terms up to the largest.
        #expect(after <= before * (1 + 1e-5))
      }
    }
  }

  /// A column that no input reaches has no say in the factors of the others.
  @Test func columnsWithoutInputsKeepTheirWeights() throws {
    let weight = CalibrationSamples.studentT(8, 64, seed: 9)
    let draws = Self.uneven(64, 64, seed: 10)
    let inputs = Matrix<Float>(rows: 64, columns: 64) { $1 == 7 ? 0 : draws[$0, $1] }
    let aware = try AWQ().quantize(
      try CalibrationSamples.group(weight, "uint4-group32", inputs), on: .threads(1))
    let factors = try #require(aware.factors)
    #expect(factors[7] == 1)
    // Within what rounding of the two extremes to float leaves.
    let live = factors.enumerated().filter { $0.offset != 7 }.map(\.element)
    let product = try #require(live.min()) * (try #require(live.max()))
    #expect(abs(product - 1) < 1e-6)
  }
}

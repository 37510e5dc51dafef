import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

/// A block that has no usable parameters is an error of the layer, whatever the method and the storage.
@Suite struct UnusableBlockTests {
  private static var methods: [any QuantizationMethod] {
    var ordered = GPTQ()
    ordered.ordersByActivity = true
    return [
      RoundToNearest(), GPTQ(), ordered, ScaledGPTQ(), ScaledGPTQ(factors: .smooth(alpha: 0.5)),
      AWQ(),
      SmoothQuant(), HQQ(),
    ]
  }
  private static let inputs = CalibrationSamples.normal(96, 64, seed: 6)

  private static func weight(_ value: Float) -> Matrix<Float> {
    let normal = CalibrationSamples.normal(5, 64, seed: 5)
    return Matrix(rows: 5, columns: 64) { row, column in
      row == 3 && column >= 32 ? (column % 2 == 0 ? value : -value) : normal[row, column]
    }
  }

  private func quantize(_ method: any QuantizationMethod, _ value: Float, _ type: String) throws
    -> QuantizedGroup
  {
    try method.quantize(
      CalibrationSamples.group(Self.weight(value), type, Self.inputs), on: .threads(2))
  }

  @Test(arguments: [
    "int4-group32", "uint4-group32", "uint4-group32-biased", "float4e2m1-group32-e8m0",
    "float8e4m3-row", "uint4-group32-nf4", "ternary-group32",
  ])
  func valuesThatAreNotFiniteAreAnError(type: String) throws {
    for method in Self.methods {
      for value in [Float.infinity, .nan] {
        #expect(throws: CalibrationError.self, "\(method.name)") {
          try quantize(method, value, type)
        }
      }
    }
  }

  /// A range that overflows, and a scale that `Float16` does not hold. Factors may make them smaller; else a
  /// method says so, or finds a scale that cuts something off.
  @Test(arguments: [
    ("uint4-group32", 3e38), ("uint4-group32-biased", 3e38), ("int4-group32-biased", 3e38),
    ("int4-group32-float16", 1e7), ("uint4-group32-biased-float16", 1e7),
    ("uint8-group32-asymmetric-float16", 1e8), ("float4e2m1-group32-float16", 1e7),
    ("ternary-group32-float16", 1e7),
  ])
  func rangesWithoutAScaleAreAnErrorOrFinite(type: String, value: Float) throws {
    #expect(throws: CalibrationError.self) { try quantize(RoundToNearest(), value, type) }
    #expect(throws: CalibrationError.self) { try quantize(GPTQ(), value, type) }
    for method in Self.methods { try expectFinite(method, value, type) }
  }

  /// The largest values that a type holds may overflow on their way.
  @Test(arguments: [
    ("int4-group32", 3e38), ("int8-row", 3.3e38), ("uint4-group32-nf4", 3.3e38),
    ("float4e2m1-group32-e8m0", 1e38), ("float8e4m3-row", 3.3e38), ("ternary-row", 3.3e38),
    ("uint4-group32-biased", 1.6e38), ("uint8-row-biased", 1.6e38), ("int4-group32-float16", 4e5),
    ("uint4-group32-biased-float16", 6e4),
  ])
  func largestValuesAreFiniteOrAnError(type: String, value: Float) throws {
    #expect(throws: Never.self) { try quantize(RoundToNearest(), value / 1.2, type) }
    for method in Self.methods { try expectFinite(method, value, type) }
  }

  private func expectFinite(_ method: any QuantizationMethod, _ value: Float, _ type: String) throws
  {
    do {
      let weights = try quantize(method, value, type).weights
      let decoded = try #require(weights[0]).dequantized(as: Float.self)
      #expect(decoded.values.array.allSatisfy { $0.isFinite }, "\(method.name)")
    } catch is CalibrationError {
      // What else there is fails the test.
    }
  }
}

import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

@Suite struct HQQTests {
  private func meanError(_ weight: Matrix<Float>, _ values: Matrix<Float>) -> Double {
    var sum = 0.0
    for index in 0..<weight.shape.count {
      sum += abs(Double(weight.values[index]) - Double(values.values[index]))
    }
    return sum / Double(weight.shape.count)
  }

  private static let types = [
    "uint4-group64-biased", "uint2-group64-biased", "int4-group64-biased",
    "uint3-group32-biased-float16", "uint4-row-biased-bfloat16",
  ]

  @Test(arguments: types)
  func errsLessThanRoundingOnHeavyTails(type: String) throws {
    let weight = CalibrationSamples.studentT(32, 192, seed: 1)
    let group = try CalibrationSamples.group(weight, type)
    let rounded = CalibrationSamples.values(try RoundToNearest().quantize(group, on: .threads(1)))
    let moved = CalibrationSamples.values(try HQQ().quantize(group, on: .threads(2)))
    let (before, after) = (meanError(weight, rounded), meanError(weight, moved))
    #expect(after < before, "\(after / before)")
  }

  /// Never worse in any block, whatever the values: equal, tiny, huge, few, one-sided.
  @Test(arguments: types)
  func neverErrsMore(type: String) throws {
    let normal = CalibrationSamples.normal(6, 70, seed: 2)
    let weights: [Matrix<Float>] = [
      normal, Matrix(rows: 3, columns: 70) { _, _ in 0.3 },
      Matrix(rows: 3, columns: 70) { _, _ in 0 },
      Matrix(rows: 6, columns: 70) { normal[$0, $1] * 1e-3 },
      Matrix(rows: 6, columns: 70) { normal[$0, $1] + 5 },
      Matrix(rows: 6, columns: 70) { $1 == 3 ? 100 : normal[$0, $1] },
    ]
    for weight in weights {
      let group = try CalibrationSamples.group(weight, type)
      let rounded = CalibrationSamples.values(
        try RoundToNearest().quantize(group, on: .threads(1)))
      let moved = CalibrationSamples.values(try HQQ().quantize(group, on: .threads(1)))
      for row in 0..<weight.shape.rows {
        for start in type.contains("row") ? [0] : [0, 64] {
          let columns = type.contains("row") ? 0..<70 : start..<min(start + 64, 70)
          let errors = [rounded, moved].map { values in
            columns.reduce(0.0) {
              $0 + abs(Double(weight[row, $1]) - Double(values[row, $1]))
            }
          }
          #expect(errors[1] <= errors[0])
        }
      }
    }
  }

  @Test func equalValuesAreExact() throws {
    let weight = Matrix<Float>(rows: 2, columns: 64) { row, _ in row == 0 ? 0.37 : -1.25e-5 }
    let group = try CalibrationSamples.group(weight, "uint4-group64-biased")
    let values = CalibrationSamples.values(try HQQ().quantize(group, on: .threads(1)))
    #expect(values == weight)
  }

  @Test func threadsChangeNothing() throws {
    let group = try CalibrationSamples.group(
      CalibrationSamples.studentT(64, 256, seed: 3), "uint4-group32-biased")
    let one = try HQQ().quantize(group, on: .threads(1))
    let four = try HQQ().quantize(group, on: .threads(4))
    #expect(four.weights == one.weights)
  }

  @Test func asksForABias() throws {
    let weight = CalibrationSamples.normal(4, 64, seed: 4)
    for type in ["int4-group32", "uint4-group32", "uint4-tensor-biased"] {
      #expect(throws: CalibrationError.self) {
        try HQQ().quantize(CalibrationSamples.group(weight, type), on: .standard)
      }
    }
  }
}

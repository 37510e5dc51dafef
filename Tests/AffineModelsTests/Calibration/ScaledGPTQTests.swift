import AffineModels
import AffineQuant
import Testing

@Suite struct ScaledGPTQTests {
  /// The same sums as `GPTQ` has, with scales that are never worse when they are chosen: less error than
  /// rounding on inputs that it has not seen, with or without factors.
  @Test(arguments: [
    ("int4-group32", true), ("int4-group32", false), ("uint4-group32-biased", true),
    ("int8-row", true),
  ])
  func errsLessThanRounding(type: String, takesFactors: Bool) throws {
    let weight = CalibrationSamples.studentT(48, 128, seed: 1)
    let inputs = CalibrationSamples.decaying(1024, 128, seed: 2)
    let fresh = CalibrationSamples.decaying(128, 128, seed: 3)
    let group = try CalibrationSamples.group(weight, type, inputs, takesFactors: takesFactors)
    let rounded = try RoundToNearest().quantize(group, on: .threads(2))
    let before = CalibrationSamples.outputError(fresh, weight, CalibrationSamples.values(rounded))
    for factors in [ScaledGPTQ.Factors.energy(power: 0.4), .smooth(alpha: 0.5)] {
      let found = try ScaledGPTQ(factors: factors).quantize(group, on: .threads(2))
      #expect((found.factors != nil) == takesFactors)
      let after = CalibrationSamples.outputError(fresh, weight, CalibrationSamples.values(found))
      #expect(after < before, "\(after) of \(before)")
    }
  }

  /// −7 … 8 quarters need a negative scale, −8 … 7 a positive one; the other sign has no code for the end.
  @Test func scalesChangeSign() throws {
    let weight = Matrix<Float>(rows: 4, columns: 32) { row, column in
      Float(column % 16 - 7) * (row < 2 ? 0.25 : -0.25)
    }
    let inputs = CalibrationSamples.normal(256, 32, seed: 4)
    let group = try CalibrationSamples.group(weight, "int4-group32", inputs, takesFactors: false)
    let codes = try #require(try ScaledGPTQ().quantize(group, on: .threads(1)).weights[0])
    for row in 0..<4 { #expect((codes.scales[row, 0] < 0) == (row < 2)) }
  }

  @Test func threadsChangeNothing() throws {
    let weight = CalibrationSamples.studentT(24, 96, seed: 5)
    let inputs = CalibrationSamples.decaying(256, 96, seed: 6)
    let group = try CalibrationSamples.group(weight, "int4-group32", inputs)
    let one = try ScaledGPTQ().quantize(
      group, on: Execution(threads: 1, instructionSet: .portable))
    let two = try ScaledGPTQ().quantize(group, on: .threads(2))
    #expect(one.weights == two.weights && one.factors == two.factors)
  }

  @Test func refusesWhatItCannotDo() throws {
    let weight = CalibrationSamples.studentT(8, 64, seed: 7)
    let group = try CalibrationSamples.group(weight, "int4-group32")
    #expect(throws: CalibrationError.noInputs(layer: "layer", method: "scaled-gptq")) {
      try ScaledGPTQ().quantize(group, on: .standard)
    }
    let inputs = CalibrationSamples.normal(64, 64, seed: 8)
    let full = try CalibrationSamples.group(weight, "int4-group32", inputs)
    for factors in [ScaledGPTQ.Factors.energy(power: .nan), .smooth(alpha: 2)] {
      #expect(throws: CalibrationError.self) {
        try ScaledGPTQ(factors: factors).quantize(full, on: .standard)
      }
    }
  }

  /// Inputs that are all zero have no factors, and make nothing of a weight.
  @Test func zerosGiveZeros() throws {
    let weight = CalibrationSamples.studentT(4, 32, seed: 9)
    let group = try CalibrationSamples.group(
      weight, "int4-group32", Matrix(rows: 8, columns: 32) { _, _ in 0 })
    let found = CalibrationSamples.values(try ScaledGPTQ().quantize(group, on: .threads(1)))
    #expect(found.values.array.allSatisfy { $0 == 0 })
  }
}

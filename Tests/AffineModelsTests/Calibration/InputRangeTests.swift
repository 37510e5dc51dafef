import AffineLayers
import AffineModels
import AffineQuant
import Testing

@Suite struct InputRangeTests {
  private static func type(_ name: String) throws -> QuantizedType {
    try #require(QuantizedType(name: name))
  }

  private static let sequences = ToyModel.sequences(8, seed: 1)

  private static func quantized(
    _ method: any QuantizationMethod = RoundToNearest()
  ) throws -> (model: ToyModel, weightOnly: ToyModel) {
    let model = try ToyModel()
    let plan = QuantizationPlan(try Self.type("int8-row"))
    let result = try model.quantized(
      plan, by: method, calibration: CalibrationSettings(Self.sequences))
    return (model, result.model)
  }

  /// Scales are those of the values that a layer reads: of the largest of all, over 127, for min-max.
  @Test func scalesAreOfWhatLayersRead() throws {
    let weightOnly = try Self.quantized(SmoothQuant()).weightOnly
    let type = try Self.type("int8-tensor")
    var largest: [String: Float] = [:]
    for tokens in Self.sequences {
      _ = try weightOnly.run(tokens, on: .threads(1)) { name, input in
        let factors = weightOnly[linear: name].inputFactors
        for row in 0..<input.shape.rows {
          for column in 0..<input.shape.columns {
            let value = input[row, column] * (factors?[0, column] ?? 1)
            largest[name] = max(largest[name] ?? 0, value.magnitude)
          }
        }
      }
    }
    var fixed = weightOnly
    try fixed.fixInputs(as: type, .minMax, Self.sequences)
    let chosen = try Self.type("int8-tensor")
    for name in fixed.linearNames {
      guard case .fixed(_, let inputs, let parameters) = fixed[linear: name].weight else {
        Issue.record("\(name) is not fixed")
        continue
      }
      #expect(inputs == chosen)
      let value = try #require(largest[name])
      let matrix = Matrix<Float>(rows: 1, columns: 2) { $1 == 0 ? value : -value }
      #expect(
        parameters.scales == (try AnyQuantized(quantizing: matrix, as: chosen)).scales.values.array)
    }
  }

  /// Fixed scales of one range for all are coarser than those of each token, and near for all that.
  @Test(arguments: InputRange.allCases) func fixedScalesComeNear(_ range: InputRange) throws {
    var (model, fixed) = try Self.quantized(SmoothQuant())
    let fresh = ToyModel.sequences(4, seed: 2)
    let before = try ToyModel.distance(model, fixed, fresh)
    try fixed.fixInputs(as: Self.type("int8-tensor"), range, Self.sequences)
    let after = try ToyModel.distance(model, fixed, fresh)
    // Inputs of some ten times their root mean square err by about 10 / 127 / √12, seven layers of them by
    // less than seven times that.
    #expect(after > before && after < 0.16, "\(before) \(after)")
  }

  @Test func refusesWhatHasNoOneScale() throws {
    var fixed = try Self.quantized().weightOnly
    let token = try Self.type("int8-token")
    #expect(throws: CalibrationError.self) {
      try fixed.fixInputs(as: token, .minMax, Self.sequences)
    }
    let tensor = try Self.type("int8-tensor")
    #expect(throws: CalibrationError.self) { try fixed.fixInputs(as: tensor, .minMax, []) }
    #expect(throws: ToyModel.UnknownToken.self) {
      try fixed.fixInputs(as: tensor, .percentile, [[99]])
    }
  }
}

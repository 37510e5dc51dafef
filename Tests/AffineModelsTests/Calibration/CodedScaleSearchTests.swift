import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import AffineTestSupport
import Testing

@Suite struct CodedScaleSearchTests {
  private static func error(
    _ values: Matrix<Float>, _ weight: Matrix<Float>, _ importance: [Double]
  ) -> Double {
    (0..<weight.shape.rows).reduce(0.0) { sum, row in
      (0..<weight.shape.columns).reduce(sum) { sum, column in
        let distance = Double(values[row, column]) - Double(weight[row, column])
        return sum + importance[column] * distance * distance
      }
    }
  }

  private static func quantized(
    _ weight: Matrix<Float>, _ type: QuantizedType, by method: some QuantizationMethod,
    _ inputs: InputStatistics? = nil
  ) throws -> Matrix<Float> {
    let group = try LayerGroup([.init("layer", weight, as: type)], inputs: inputs)
    let codes = try #require(try method.quantize(group, on: .threads(2)).weights[0])
    #expect(codes.quantizedType == type)
    return codes.dequantized()
  }

  private static let types = [
    Q2KWeight.type, Q3KWeight.type, Q4KWeight.type, Q5KWeight.type, Q6KWeight.type,
  ]

  /// The range's own parameters are among the starts, so nothing but the rounding of scales to codes could make
  /// it worse than rounding to nearest; ragged rows have super-blocks that are not whole.
  @Test(arguments: types, [512, 600]) func losesLessThanRounding(type: QuantizedType, columns: Int)
    throws
  {
    let weight = CalibrationSamples.studentT(16, columns, seed: 4)
    let ones = [Double](repeating: 1, count: columns)
    let rounded = Self.error(
      try Self.quantized(weight, type, by: RoundToNearest()), weight, ones)
    let searched = Self.error(
      try Self.quantized(weight, type, by: CodedScaleSearch()), weight, ones)
    #expect(searched < rounded, "\(type): \(searched) for \(rounded)")
  }

  /// Where some columns read nearly nothing, the others lose less.
  @Test(arguments: types) func columnsCountByTheirInputs(type: QuantizedType) throws {
    let weight = CalibrationSamples.studentT(16, 512, seed: 5)
    var inputs = InputStatistics(columns: 512)
    try inputs.add(
      Matrix<Float>(rows: 4, columns: 512) { row, column in
        column % 4 == 0 ? Float(1 + row) : 1e-3
      })
    let importance = (0..<512).map { $0 % 4 == 0 ? 1.0 : 0 }
    let blind = try Self.quantized(weight, type, by: CodedScaleSearch())
    let informed = try Self.quantized(weight, type, by: CodedScaleSearch(), inputs)
    #expect(
      Self.error(informed, weight, importance) < Self.error(blind, weight, importance), "\(type)")
  }

  /// Numbers whose squares are none are refused with their place, and so are those that no scale holds.
  @Test(arguments: types) func whatNoScaleHoldsIsRefused(type: QuantizedType) {
    for value: Float in [.nan, 1e30] {
      let weight = Matrix<Float>(rows: 2, columns: 256) { row, column in
        row == 1 && column == 9 ? value : 1
      }
      #expect(throws: CalibrationError.self) {
        try Self.quantized(weight, type, by: CodedScaleSearch())
      }
    }
  }

  /// The types that llama.cpp's own quantizer chose for the layers of a file of that mix.
  @Test(.enabled(if: Model.gemma3 != nil, "AFFINE_GEMMA3 names no GGUF file"))
  func theMixIsThatOfTheFile() throws {
    let file = try GGUFFile(path: try #require(Model.gemma3))
    let weights = try GGUFWeights(file)
    let rules = QuantizationPlan.rulesOfMixQ4KM(weights.configuration)
    let layers = weights.configuration.linearLayers
    #expect(rules.count == layers.count)
    for (layer, rule) in zip(layers, rules) {
      let tensor = try #require(file[weights.name(of: .weight(layer))])
      #expect(rule.type == tensor.type.quantizedType, "\(layer.name)")
    }
  }
}

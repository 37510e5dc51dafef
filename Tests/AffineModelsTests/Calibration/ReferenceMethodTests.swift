import AffineFormats
import AffineLayers
import AffineModels
import AffineQuant
import Foundation
import Testing

/// GPTQ, AWQ and HQQ beside runs of the packages of their authors and users: `Tests/Golden/methods.py`.
///
/// The data there keeps every rounding 1e-4 of a step from its boundary, and every candidate as far from the
/// best. Sums of 64 terms of up to 15 steps in float, in whatever order, are off by 64 · 15 · 2⁻²⁴ = 6e-5 of
/// a step at most: so there is one answer.
@Suite struct ReferenceMethodTests {
  private static let file = Result {
    try SafeTensorsFile(
      path: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Golden/methods.safetensors").path())
  }

  private static func matrix(_ name: String) throws -> Matrix<Float> {
    try file.get().matrix(name)
  }

  private static func codes(_ name: String) throws -> [Int] {
    try file.get().bytes(of: "\(name).codes").array.map(Int.init)
  }

  private static func quantized(
    _ method: some QuantizationMethod, _ weight: String, _ type: String, _ inputs: String?
  ) throws -> QuantizedGroup {
    try method.quantize(
      CalibrationSamples.group(
        matrix(weight), type, try inputs.map { try matrix($0) }), on: .threads(2))
  }

  /// A block that a limit clips at both ends has a range even about zero: its zero point lies at 7.5 exactly,
  /// and the last bit rounds it to 7 or 8. Under the other one the limit errs otherwise, and another limit may
  /// be the best. Of the 128 blocks here that concerns one.
  private static func expectClipped(_ found: AnyQuantized) throws {
    let codes = try codes("awq.clipped")
    let ours = found.codes.map { Int($0) }
    let others = (0..<codes.count / 32).filter { (block: Int) -> Bool in
      let places: Range<Int> = block * 32..<block * 32 + 32
      return places.contains { ours[$0] != codes[$0] }
    }
    #expect(others.count <= 1, "\(others)")
  }

  /// The ends of a range are off by 6e-5 steps, 15 steps apart, and up to 15 steps are multiplied by it.
  private static let rangeBound: Float = 2 * 6e-5 + 15 * 0x1p-22

  /// Values are (code − zero) · scale with the package's scales and zero points: within `bound` of a step.
  private static func expectValues(
    _ found: AnyQuantized, _ name: String, within bound: Float, axis: Int = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (scales, zeros) = (try matrix("\(name).scales"), try matrix("\(name).zeros"))
    let (codes, values) = (try codes(name), found.dequantized(as: Float.self))
    let same = found.codes.map { Int($0) } == codes
    #expect(same, sourceLocation: sourceLocation)
    let columns = found.shape.columns
    let size = axis == 1 ? columns * found.shape.rows / scales.shape.count : 1
    let worst = codes.indices.reduce(Float(0)) { worst, index in
      let block = axis == 1 ? index / size : index % columns
      let expected = (Float(codes[index]) - zeros.values[block]) * scales.values[block]
      return max(worst, abs(values.values[index] - expected) / scales.values[block])
    }
    #expect(worst <= bound, sourceLocation: sourceLocation)
  }

  struct GPTQCase: Sendable, CustomTestStringConvertible {
    let name, type: String
    var damping = 0.01
    var ordersByActivity = false
    var testDescription: String { name }
  }

  /// auto-gptq 0.7.1, with groups whose scales are chosen before anything is rounded where there is an order.
  @Test(arguments: [
    GPTQCase(name: "row", type: "uint4-row"), GPTQCase(name: "group", type: "uint4-group32"),
    GPTQCase(name: "order", type: "uint4-group32", ordersByActivity: true),
    GPTQCase(name: "damped", type: "uint4-group32", damping: 0.2),
    GPTQCase(name: "row-order", type: "uint4-row", damping: 0.05, ordersByActivity: true),
  ])
  func gptqIsThePackages(_ c: GPTQCase) throws {
    var method = GPTQ()
    (method.damping, method.ordersByActivity) = (c.damping, c.ordersByActivity)
    let result = try Self.quantized(method, "gptq.weight", c.type, "gptq.inputs")
    try Self.expectValues(
      try #require(result.weights[0]), "gptq.\(c.name)", within: Self.rangeBound)
  }

  /// autoawq 0.2.9, where the outputs of a layer and not of a whole block are compared.
  @Test(arguments: [false, true])
  func awqIsThePackages(clips: Bool) throws {
    var method = AWQ()
    method.clips = clips
    let result = try Self.quantized(method, "awq.weight", "uint4-group32", "awq.inputs")
    let expected = try Self.matrix("awq.factors").values.array
    let factors = try #require(result.factors)
    // Means of 192 magnitudes, a power, and the root of a product.
    for (found, expected) in zip(factors, expected) {
      #expect(abs(found - expected) <= 1e-5 * expected)
    }
    let found = try #require(result.weights[0])
    if clips { return try Self.expectClipped(found) }
    try Self.expectValues(found, "awq.unclipped", within: Self.rangeBound)
  }

  /// Queries and keys are rounded as if nobody clipped.
  @Test(arguments: ["model.layers.0.self_attn.q_proj", "encoder.layer.3.attention.self.key"])
  func awqClipsNeitherQueriesNorKeys(_ name: String) throws {
    let weight = try Self.matrix("awq.weight")
    let statistics = try CalibrationSamples.statistics(try Self.matrix("awq.inputs"))
    let type = QuantizedType(name: "uint4-group32")
    let group = try LayerGroup([.init(name, weight, as: type)], inputs: statistics)
    let found = try #require(try AWQ().quantize(group, on: .threads(1)).weights[0])
    try Self.expectValues(found, "awq.unclipped", within: Self.rangeBound)
    var method = AWQ()
    method.unclipped = []
    let clipped = try #require(try method.quantize(group, on: .threads(1)).weights[0])
    #expect(clipped != found)
    let all = try Self.quantized(method, "awq.weight", "uint4-group32", "awq.inputs")
    #expect(all.weights[0] == clipped)
  }

  /// hqq 0.2.8, whose default solver names a growth and never applies it. Its axis 0 takes a block from rows
  /// that lie a fourth of the matrix apart, here 8 rows of 64 columns in 16 blocks; put in order these rows
  /// are the columns of 32 × 16.
  @Test(arguments: [0, 1])
  func hqqIsThePackages(axis: Int) throws {
    var method = HQQ()
    (method.growth, method.keepsBest) = (1, false)
    var weight = try Self.matrix("hqq.weight")
    if axis == 0 { weight = try Matrix(Shape(32, 16), weight.values.array) }
    let type = axis == 0 ? "uint4-block32x1-biased" : "uint4-group32-biased"
    let result = try method.quantize(
      try CalibrationSamples.group(weight, type), on: .threads(2))
    // Zero points there are means of 32 values of up to 15 steps in float: 32 · 15 · 2⁻²⁴ of a step each of
    // at most 20 rounds; the scale is a quotient and its inverse.
    try Self.expectValues(
      try #require(result.weights[0]), "hqq.axis\(axis)", within: 0x1p-24 * (20 * 32 * 15 + 8 * 15),
      axis: axis)
  }
}

import AffineQuant
import AffineTestSupport
import Testing

/// Values that a type represents stay what they are when they are quantized to it again.
@Suite struct FixedPointTests {
  private static func samples(_ type: QuantizedType) -> [Matrix<Float>] {
    let values = Samples.matrix(65, 160, for: type, seed: 3)
    let isNonnegative = values.values.array.allSatisfy { $0 >= 0 }
    let ramp = Matrix<Float>(rows: 33, columns: 160) { row, column in
      let value = Float((row * 31 + column * 17) % 64) / 64 - (isNonnegative ? 0 : 0.5)
      return row % 2 == 0 ? value : -value * (isNonnegative ? -1 : 1)
    }
    return [values, ramp]
  }

  /// A scale that is a code is rounded by as much as a step of the largest: other values have others.
  @Test(arguments: Catalog.types.filter { $0.mapping.codes == nil })
  func valuesStayWhatTheyAre(type: QuantizedType) throws {
    for values in Self.samples(type) {
      let once = try AnyQuantized(quantizing: values, as: type)
      let decoded: Matrix<Float> = once.dequantized()
      let twice = try AnyQuantized(quantizing: decoded, as: type)
      let isPowerOfTwo = type.mapping.scale == .e8m0 && !type.storage.isInteger
      // A small float and a power of two may trade a factor of two for the same value.
      if !isPowerOfTwo { #expect(once.codes == twice.codes, "\(type)") }
      let isSymmetric = type.mapping.kind == .symmetric
      if isSymmetric, !isPowerOfTwo { #expect(once.scales == twice.scales, "\(type)") }
      let again: Matrix<Float> = twice.dequantized()
      let largest = decoded.values.array.map(\.magnitude).max() ?? 0
      for (a, b) in zip(decoded.values.array, again.values.array) {
        // A zero point or bias is added in Float: scales may differ by a few roundings.
        #expect(isSymmetric ? a == b : abs(a - b) <= largest * 0x1p-21, "\(type)")
      }
    }
  }

  @Test func twentyRoundsDoNotDrift() throws {
    func check<S, L: RowMajorLayout>(_ type: AffineQuantized<S, L>.Type) throws {
      for sign: Float in [1, -1] {
        let start = Matrix<Float>(rows: 1, columns: 32) { _, column in
          column == 0 ? sign : sign * Float(column) / 40
        }
        let once = try type.fakeQuantized(start)
        var now = once
        for _ in 0..<20 { now = try type.fakeQuantized(now) }
        let (first, last) = (once.values.array, now.values.array)
        for (a, b) in zip(first, last) { #expect(abs(a - b) <= 0x1p-20, "\(type.type)") }
      }
    }
    try check(Int8Weight.self)
    try check(Int4Weight.self)
    try check(AffineQuantized<Int2, RowMajor<PerGroup<32>, Symmetric>>.self)
    try check(UInt4Weight.self)
    try check(UInt4BiasedWeight.self)
    try check(NF4Weight.self)
    try check(TernaryWeight.self)
    try check(MXFP4Weight.self)
    try check(AffineQuantized<Int8, RowMajor<PerRow, SymmetricMapping<BFloat16>>>.self)
    try check(AffineQuantized<UInt8, RowMajor<PerRow, AsymmetricMapping<BFloat16>>>.self)
  }

  /// Scales of 16 bits that are rounded up would leave the last code unused, block after block.
  @Test(arguments: 1...8, [ScaleFormat.float16, .bfloat16])
  func rangesWithScalesOf16BitsAreFoundAgain(bits: Int, scale: ScaleFormat) throws {
    guard bits < 8 || scale == .float16 else { return }
    let type = try #require(
      QuantizedType(name: "uint\(bits)-group5-asymmetric-\(scale.rawValue)")
        ?? QuantizedType(name: "uint\(bits)-group5-\(scale.rawValue)"))
    var random = SplitMix64(seed: UInt64(bits))
    let values = Matrix<Float>(rows: 400, columns: 125) { row, _ in
      Float.random(in: -1...1, using: &random) + [0, 0.5, -2][row % 3]
    }
    let once = try AnyQuantized(quantizing: values, as: type)
    #expect(try AnyQuantized(quantizing: once.dequantized(as: Float.self), as: type) == once)
    let (codes, steps) = (once.codes, Float(1 << bits - 1))
    for row in 0..<400 {
      for first in stride(from: 0, to: 125, by: 5) {
        let block = (first..<first + 5).map { values[row, $0] }
        let (low, high) = (min(block.min() ?? 0, 0), max(block.max() ?? 0, 0))
        let scale = once.scales[row, first / 5]
        // Nearer to the exact scale than the next number of 16 bits.
        #expect(
          abs(scale - (high - low) / steps) <= scale
            * (type.mapping.scale == .float16 ? 0x1p-10 : 0x1p-7))
        for column in first..<first + 5 {
          let code = codes[row * 125 + column]
          if values[row, column] == low { #expect(code == 0) }
          if values[row, column] == high { #expect(code == Int16(steps)) }
        }
      }
    }
  }

  /// Both ends lie in the middle of two codes: of one bit nothing would be left of the range.
  @Test(arguments: 1...7, [ScaleFormat.float16, .bfloat16, .float32])
  func rangesWithTiesAtBothEndsAreKept(bits: Int, scale: ScaleFormat) throws {
    let mapping = MappingFormat(kind: .asymmetric, scale: scale)
    let type = try QuantizedType(
      .unsigned(bits: bits), Block(rows: 1, columns: Block.whole), mapping)
    for size: Float in [7000, 1, 0.01] {
      let values = Matrix<Float>(rows: 1, columns: 16) { $1 % 2 == 0 ? size : -size }
      let weight = try AnyQuantized(quantizing: values, as: type)
      let exact = 2 * size / Float(1 << bits - 1)
      #expect(abs(weight.scales[0, 0] - exact) <= exact * 0x1p-7)
      #expect(Set(weight.codes) == [0, Int16(1 << bits - 1)])
      let again = try AnyQuantized(quantizing: weight.dequantized(as: Float.self), as: type)
      #expect(again.codes == weight.codes)
    }
  }

  @Test(arguments: ["int8-row", "int4-group32", "int3-group32", "int2-group32"])
  func onesOfBothSignsAreExact(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let ones = Matrix<Float>(rows: 2, columns: 64) { _, column in column % 2 == 0 ? 1 : -1 }
    let decoded: Matrix<Float> = try AnyQuantized(quantizing: ones, as: type).dequantized()
    #expect(decoded == ones)
  }

  @Test func aMatrixOfItsTypeIsItself() throws {
    // Codes that no rule would choose: half of the range is not used.
    let weight = try Int4Weight(
      quantizing: Samples.matrix(4, 64),
      with: QuantizationParameters(scales: [Float](repeating: 20, count: 8)))
    #expect(try weight.requantized(Int4Weight.self) == weight)
    let other = try weight.requantized(
      Int4Weight.self, QuantizationOptions(rule: .symmetric))
    #expect(other != weight)
  }

  /// BitNet b1.58: the mean magnitude is the scale, and a third of normal values become zero.
  @Test func ternaryWeightsScaleByTheMeanMagnitude() throws {
    let values = Samples.matrix(40, 96)
    let weight = try TernaryWeight(quantizing: values)
    let magnitudes = values.values.array.map { Double($0.magnitude) }
    let mean = magnitudes.reduce(0, +) / Double(magnitudes.count)
    #expect(weight.scales[0, 0] == Float(mean))
    for (value, code) in zip(values.values.array, weight.codes) {
      let steps = (value * (1 / weight.scales[0, 0])).rounded(.toNearestOrEven)
      #expect(code == Int16(min(max(steps, -1), 1)))
    }
    #expect(try TernaryWeight(quantizing: values, method: .balanced).scales[0, 0] > Float(mean) * 2)
  }
}

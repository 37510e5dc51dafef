import AffineQuant
import AffineTestSupport
import Testing

/// The wrong answers of torchao's AffineQuantizedTensor, one test each: what it did, what is right.
@Suite struct FormerDefectTests {
  typealias AsymmetricInt8 = AffineQuantized<Int8, RowMajor<PerRow, Asymmetric>>
  typealias AsymmetricTensor = AffineQuantized<Int8, RowMajor<PerTensor, Asymmetric>>

  /// All positive, so that a dropped zero point shows at once.
  static let values = Matrix<Float>(rows: 24, columns: 96) { row, column in
    2 + Float((row * 37 + column * 11) % 29) / 29
  }
  static let input = Samples.matrix(7, 96)

  /// 1: the weight-only kernel dropped an asymmetric weight's zero point.
  @Test func weightOnlyKeepsTheZeroPoint() throws {
    let weight = try AsymmetricInt8(quantizing: Self.values)
    #expect(Set(weight.zeroPoints) != [0])
    try expectLinear(.float(.float32(Self.input)), .quantized(weight.core))
  }

  /// 2: symmetric activations times an asymmetric weight lost it too.
  @Test func dynamicActivationsKeepTheWeightsZeroPoint() throws {
    let x = try Int8Activations(quantizing: Self.input)
    for core in [
      try AsymmetricInt8(quantizing: Self.values).core,
      try AsymmetricTensor(quantizing: Self.values).core,
    ] { try expectLinear(.quantized(x.core), .quantized(core)) }
  }

  /// 3: dynamic int8 activations times a group-wise int8 weight crashed.
  @Test func groupedInt8WeightsTakeDynamicActivations() throws {
    let weight = try AffineQuantized<Int8, RowMajor<PerGroup<32>, Symmetric>>(
      quantizing: Self.values)
    let x = try Int8Activations(quantizing: Self.input)
    try expectLinear(.quantized(x.core), .quantized(weight.core))
  }

  /// 4: many combinations dequantized everything and ran in float, silently.
  @Test func everyIntegerCombinationRunsOnIntegers() throws {
    let combinations = [
      explain(.linear, UInt8Activations.self, Int8Weight.self),
      explain(.linear, Int8Activations.self, Int4Weight.self),
      explain(.linear, Int8Activations.self, Int8Block.self),
      explain(
        .linear, UInt8Activations.self, AffineQuantized<UInt3, RowMajor<PerTensor, Biased>>.self),
    ]
    for explanation in combinations {
      #expect(try #require(explanation).kernel.name.hasPrefix("aq_matmul_i"))
    }
  }

  /// 5: the transpose of a blocked weight swapped the codes and not the scales.
  @Test func transposesCarryScalesAndZeroPoints() throws {
    let block = try AffineQuantized<UInt8, RowMajor<PerBlock<8, 32>, Asymmetric>>(
      quantizing: Self.values)
    #expect(block.transposed().dequantized() == block.dequantized().transposed())
    let column = try AsymmetricInt8(quantizing: Self.values).transposed()
    #expect(column.scales.shape == Shape(1, 24))
    #expect(
      column.dequantized().transposed()
        == (try AsymmetricInt8(quantizing: Self.values)).dequantized())
    // A grouped weight has no `transposed()`: see IllegalCombinations.
  }

  /// 6: addmm ignored its factors. There are none here to ignore: a product is a product.
  @Test func productsAddNothingAndScaleNothing() throws {
    let weight = try Int8Weight(quantizing: Self.values)
    try expectLinear(.float(.float32(Self.input)), .quantized(weight.core))
    // A second call adds nothing to the first, and a product of twice the input is twice the product.
    let first = try linear(Self.input, weight)
    #expect(try linear(Self.input, weight) == first)
    let twice = Matrix<Float>(rows: 7, columns: 96) { 2 * Self.input[$0, $1] }
    #expect(try linear(twice, weight).values.array == first.values.array.map { 2 * $0 })
  }

  /// 7: the gradient of a dynamically quantized product was cut. Gradients are products here.
  @Test func dynamicProductsHaveGradients() throws {
    let weight = try AffineQuantized<Int8, RowMajor<PerColumn, Symmetric>>(quantizing: Self.values)
    let gradient = Samples.matrix(7, 24, seed: 3)
    let quantized = try Int8Activations(quantizing: gradient)
    let dx = try inputGradient(quantized, weight)
    let expected = Oracle.product(
      .inputGradient, .quantized(quantized.core), .quantized(weight.core))
    for index in expected.values.indices {
      #expect(
        Oracle.tolerance(depth: 24).accepts(
          dx.values[index], expected.values[index], magnitude: expected.magnitudes[index]))
    }
  }

  /// 8: row slices broke per-tensor and blocked scales, column slices broke groups.
  @Test func slicesKeepTheirScales() throws {
    let rows = 5..<17, columns = 9..<70
    func check(_ part: some QuantizedMatrix, _ whole: some QuantizedMatrix) {
      let (a, b): (Matrix<Float>, Matrix<Float>) = (part.dequantized(), whole.dequantized())
      #expect(a == Matrix(rows: 12, columns: 61) { b[$0 + 5, $1 + 9] })
    }
    let tensor = try AsymmetricTensor(quantizing: Self.values)
    check(try tensor.slice(rows: rows, columns: columns), tensor)
    let block = try Int8Block(quantizing: Self.values)
    check(try block.slice(rows: rows, columns: columns), block)
    let group = try UInt4Weight(quantizing: Self.values)
    check(try group.slice(rows: rows, columns: columns), group)
  }

  /// 9: the transpose kept the old strides. A transpose here is a matrix like any other.
  @Test func aTransposeIsAMatrixLikeAnyOther() throws {
    let turned = try Int8Block(quantizing: Self.values).transposed()
    #expect(turned.shape == Shape(96, 24))
    let x = try Int8Activations(quantizing: Samples.matrix(5, 24))
    try expectLinear(.quantized(x.core), .quantized(turned.core))
    #expect(try turned.slice(rows: 0..<40).shape == Shape(40, 24))
  }

  /// 10: checks that never fired. Parts from outside that do not fit are refused, with the numbers.
  @Test func checksFire() {
    #expect(throws: QuantizationError.shape(.wrongCount(of: "code bytes", expected: 6, found: 5))) {
      try Int8Weight(
        shape: Shape(2, 3), codeBytes: Buffer([UInt8](repeating: 0, count: 5)),
        parameters: QuantizationParameters(scales: [1, 1]))
    }
  }

  /// 11: fake quantization without zero points always raised.
  @Test func fakeQuantizationWorksForEveryMapping() throws {
    #expect(
      try Int8Weight.fakeQuantized(Self.values)
        == (try Int8Weight(quantizing: Self.values)).dequantized())
    #expect(
      try UInt4BiasedWeight.fakeQuantized(Self.values)
        == (try UInt4BiasedWeight(quantizing: Self.values)).dequantized())
    #expect(
      try UInt4Weight.fakeQuantized(Self.values)
        == (try UInt4Weight(quantizing: Self.values)).dequantized())
  }

  /// 12: a weight packed for one device could not move to another. Packing converts back exactly.
  @Test func packingConvertsBack() throws {
    for name in ["portable", "avx2", "avx512vnni"] {
      let execution = Execution(
        threads: 1, instructionSet: try #require(InstructionSet(name: name)))
      let weight = try UInt4Weight(quantizing: Self.values)
      let packed = weight.tiled(on: execution)
      #expect(packed.rowMajor() == weight)
      // Packed for one CPU, multiplied on another.
      let x = try UInt8Activations(quantizing: Self.input)
      #expect(try linear(x, packed) == (try linear(x, weight)))
    }
  }

  private func expectLinear(_ x: ErasedOperand, _ w: ErasedOperand) throws {
    let actual = try ErasedOperand.product(.linear, x, w)
    let expected = Oracle.product(.linear, x, w)
    for index in expected.values.indices {
      #expect(
        Oracle.tolerance(depth: 96).accepts(
          actual.values[index], expected.values[index], magnitude: expected.magnitudes[index]))
    }
  }
}

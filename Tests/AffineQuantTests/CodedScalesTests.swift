import AffineQuant
import AffineTestSupport
import Testing

/// Scales that are codes: matrices of them go where their matrix goes.
@Suite struct CodedScalesTests {
  static let types = Catalog.types.filter { $0.mapping.codes != nil }

  @Test func theTypesOfFilesTakeTheirBits() {
    // Bytes of 256 values in ggml's blocks.
    for (type, bytes) in [
      (Q2KWeight.type, 84), (Q3KWeight.type, 110), (Q4KWeight.type, 144), (Q5KWeight.type, 176),
      (Q6KWeight.type, 210),
    ] { #expect(type.byteCount(of: Shape(3, 512)) == 6 * bytes, "\(type)") }
    // Half a byte a value, a byte for 16, four for all.
    #expect(NVFP4Weight.type.byteCount(of: Shape(3, 512)) == 3 * (256 + 32) + 4)
    // Half a byte a value, a byte for 64, four for a row's eight of these, and four for all.
    #expect(DoubleQuantizedNF4Weight.type.byteCount(of: Shape(3, 512)) == 3 * (256 + 8 + 4) + 4)
    #expect(DoubleQuantizedNF4Weight.type.name == "uint4-group64-nf4-bitsandbytes8-group256")
    #expect(Q4KWeight.type.name == "uint4-group32-biased-uint6-group8-float16")
    #expect(NVFP4Weight.type.name == "float4e2m1-group16-float8e4m3-tensor")
  }

  @Test(arguments: [
    "int4-group32-uint5-group8-float16", "int4-group32-uint6-group8-e8m0",
    "int4-group32-uint6-column",
    "int4-group32-uint6-float16", "uint4-group64-nf4-uint6-group8",
    "int4-group64-bitsandbytes8-group256", "uint4-group64-nf4-bitsandbytes8-column",
    "uint4-group64-nf4-bitsandbytes8-group256-float16", "uint8-group64-bitsandbytes8",
  ])
  func otherNamesAreRefused(name: String) { #expect(QuantizedType(name: name) == nil) }

  /// Tiles hold them as codes, also after a cut that starts between two super-blocks; others as numbers, beside which
  /// the codes are kept.
  @Test(arguments: types, [0, 3, 256])
  func tilesGiveTheCodesBack(type: QuantizedType, first: Int) throws {
    let whole = Samples.codes(19, 1024, type)
    let matrix = try whole.slice(rows: 1..<18, columns: first..<1024)
    let tiled = matrix.tiled()
    // There the cut lies between scales that share one.
    #expect((tiled.coded != nil) == (type == DoubleQuantizedNF4Weight.type && first == 256))
    #expect(tiled.rowMajor() == matrix)
    #expect(tiled.rowMajor().coded?.scales.codes == matrix.coded?.scales.codes)
  }

  /// A part of a super-block keeps its scale: cuts are exact, and parts join to what they were.
  @Test(arguments: types) func partsOfSuperBlocksAreExact(type: QuantizedType) throws {
    let matrix = Samples.codes(6, 512, type, seed: 3), numbers = Oracle.numbers(matrix)
    let block = type.block.columns
    for seam in [block, 3 * block, 256] {
      let left = try matrix.slice(rows: 0..<6, columns: 0..<seam)
      let right = try matrix.slice(rows: 0..<6, columns: seam..<512)
      #expect(Oracle.numbers(right)[5, 7] == numbers[5, seam + 7])
      #expect(try left.joined(leftOf: right) == matrix)
    }
    let top = try matrix.slice(rows: 0..<2, columns: 0..<512)
    let bottom = try matrix.slice(rows: 2..<6, columns: 0..<512)
    #expect(try top.joined(above: bottom) == matrix)
    #expect(matrix.transposed().transposed() == matrix)
  }

  /// Two tensors of NVFP4 have two scales: one above the other they would need both.
  @Test func differentTensorsDoNotJoin() throws {
    let upper = try NVFP4Weight(quantizing: Samples.matrix(2, 32, seed: 1))
    let lower = try NVFP4Weight(quantizing: Samples.matrix(2, 32, seed: 2))
    #expect(throws: ShapeError.self) { try upper.concatenated(above: lower) }
  }

  /// The contract of products of codes: a sum of whole numbers a group, exact, then one fma with the scale that
  /// a file's reference computes and one with the bias.
  @Test(arguments: types.filter { $0 != DoubleQuantizedNF4Weight.type }, [1, 7])
  func productsKeepTheContract(type: QuantizedType, rows: Int) throws {
    let (columns, depth, group) = (35, 512, type.block.columns)
    let weight = Samples.codes(columns, depth, type, seed: 5)
    let input = Samples.codes(
      rows, depth, AffineQuantized<Int8, RowMajor<PerTensor, Symmetric>>.type, seed: 6)
    let coded = try #require(weight.coded)
    let numbers = Oracle.numbers(whole(weight))
    let left = input.unpackedCodes().map(Float.init)
    let leftScale = input.scales[0]
    func expected(_ i: Int, _ j: Int) -> Float {
      (0..<depth / group).reduce(Float(0)) { sum, block in
        let scale = value(coded.scales, j, block)
        let (products, codes) = (block * group..<(block + 1) * group).reduce((0.0, Float(0))) {
          let code = left[i * depth + $1]
          return ($0.0 + Double(code) * numbers[j, $1], $0.1 + code)
        }
        let scaled = sum.addingProduct(Float(products), scale)
        return coded.biases.map { scaled.addingProduct(codes, value($0, j, block)) } ?? scaled
      } * leftScale
    }
    let result = (0..<rows).flatMap { i in (0..<columns).map { expected(i, $0) } }
    for execution in [Execution.standard, Execution(threads: 1, instructionSet: .portable)] {
      for packed in [weight, weight.tiled(execution)] {
        let product = try ErasedOperand.product(
          .linear, .quantized(input), .quantized(packed), on: execution)
        #expect(product.values.array == result)
      }
    }
  }

  /// Floats against values of a table whose scales are places in another: a slice is summed in ascending order with
  /// one rounding a term, and folded with the scale that the file's reference computes.
  @Test(arguments: [1, 7, 40], [64, 192, 4096, 20480])
  func productsOfDoubleQuantizedScalesKeepTheContract(rows: Int, depth: Int) throws {
    let weight = Samples.codes(35, depth, DoubleQuantizedNF4Weight.type, seed: 7)
    let input = Samples.matrix(rows, depth, seed: 8)
    let numbers = Oracle.numbers(whole(weight))
    let coded = try #require(weight.coded), mean = try #require(coded.mean)
    guard case .codebook(let table) = coded.scales.type.mapping.kind else {
      Issue.record("\(coded.scales.type)")
      return
    }
    let supers = coded.scales.grid.extent.columns
    func scale(_ row: Int, _ block: Int) -> Float {
      let number = table.values[coded.scales.code(row: row, column: block)]
      return number * coded.scales.scales[row * supers + block / 256] + mean
    }
    func expected(_ i: Int, _ j: Int) -> Float {
      (0..<depth / 64).reduce(Float(0)) { result, block in
        let range = block * 64..<(block + 1) * 64
        let sum = range.reduce(Float(0)) { $0.addingProduct(input[i, $1], Float(numbers[j, $1])) }
        return result.addingProduct(sum, scale(j, block))
      }
    }
    let result = (0..<rows).flatMap { i in (0..<35).map { expected(i, $0) } }
    for execution in [Execution.standard, Execution(threads: 2, instructionSet: .portable)] {
      for packed in [weight, weight.tiled(execution)] {
        let product = try ErasedOperand.product(
          .linear, .float(.float32(input)), .quantized(packed), on: execution)
        #expect(product.values.array == result)
      }
    }
  }

  /// Two means have no matrix of scales in common.
  @Test func differentMeansDoNotJoin() throws {
    let upper = try DoubleQuantizedNF4Weight(quantizing: Samples.matrix(2, 128, seed: 1))
    let lower = try DoubleQuantizedNF4Weight(quantizing: Samples.matrix(2, 128, seed: 2))
    #expect(throws: ShapeError.misaligned(axis: "row", position: 2, block: Block.whole)) {
      try upper.concatenated(above: lower)
    }
    #expect(throws: ShapeError.misaligned(axis: "column", position: 128, block: Block.whole)) {
      try upper.concatenated(leftOf: lower)
    }
    #expect(try upper.concatenated(above: upper).shape == Shape(4, 128))
  }

  /// What a value may lose, in parts of the largest magnitude of its super-block: half a step of its codes, a whole
  /// one on the side of zero that the peak is not on, and what the nearest code of a scale or minimum is off by, at the
  /// last code. The sums' scales have 11 bits.
  private static func bound(_ type: QuantizedType) throws -> Bound {
    guard type != NVFP4Weight.type else {
      // Values of 6 lie 2 apart from the next; scales have 4 bits, and floats above them, which have a reciprocal.
      return Bound(
        part: 1.0 / 6 * (1 + 0x1p-4) + 0x1p-4 + 0x1p-10, ofPeak: 0x1p-18, least: 0x1p-128, width: 16
      )
    }
    guard type != DoubleQuantizedNF4Weight.type else {
      // Half of the widest gap of either table; scales and their mean are at most the peak. A scale's error counts
      // once where the largest value is cut off, and once in the gap.
      let values = CodebookFormat.normalFloat4.values
      let gap = zip(values, values.dropFirst()).map { Double($1 - $0) / 2 }.max() ?? 0
      let scale = 0.9 / 64 / 2 + 0x1p-20
      return Bound(part: gap, ofPeak: scale * (1 + gap), least: 0x1p-126, width: 64)
    }
    let scales = Double(try #require(type.mapping.codes).storage.codes.upperBound)
    let codes = Double(type.storage.codes.count)
    // A super-block's scale is 2^-24 at the least, and below 2^-14 at most by as much above the exact one: half of it
    // is lost of a scale, times the largest code, and of a bias.
    let least = 0x1p-24 * codes
    if type.mapping.kind == .biased {
      return Bound(part: 1 / (codes - 1) + 1 / scales + 0.5 / scales + 3 * 0x1p-10, least: least)
    }
    return Bound(part: 2 / codes + 0.5 / scales + 3 * 0x1p-10, least: least)
  }

  /// Parts of the largest magnitude of `width` neighbours and of all, and what small values lose besides.
  private struct Bound {
    let part: Double
    var ofPeak = 0.0
    let least: Double
    var width = 256
  }

  /// As `RepresentationTests` has it of scales that are numbers.
  @Test(arguments: types, 0..<12 as Range<UInt64>)
  func whatIsTakenDecodesWithinABound(type: QuantizedType, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let bound = try Self.bound(type)
    var taken = 0
    for _ in 0..<40 {
      let exponent = Int.random(in: -126...126, using: &random)
      let size = Float(sign: .plus, exponent: exponent, significand: 1)
      let offset = [0, Float.random(in: -2...2, using: &random), 50].randomElement(using: &random)
      let columns = Int.random(in: 1...600, using: &random)
      let values = Matrix<Float>(rows: 2, columns: columns) { _, _ in
        (Float.random(in: -1...1, using: &random) + (offset ?? 0)) * size / 64
      }
      let matrix: AnyQuantized
      do { matrix = try AnyQuantized(quantizing: values, as: type) } catch {
        // Only what no half holds, times the largest code, is too large.
        #expect(exponent > 14 && type.mapping.scale == .float16 || exponent > 120, "\(error)")
        continue
      }
      taken += 1
      let decoded: Matrix<Float> = matrix.dequantized()
      let peak = values.values.array.reduce(0) { max($0, Double($1.magnitude)) }
      for row in 0..<2 {
        for column in 0..<columns {
          // Of NVFP4 the group alone: its scale is a float of the group's own size, down to 2^-18 of the largest.
          let width = bound.width, first = column / width * width
          let largest =
            (first..<min(first + width, columns)).map { abs(Double(values[row, $0])) }
            .max() ?? 0
          let error = abs(Double(decoded[row, column]) - Double(values[row, column]))
          let most = bound.part * largest + bound.ofPeak * peak + bound.least
          #expect(error <= most, "\(type) \(values[row, column])")
        }
      }
    }
    #expect(taken >= 15)
  }

  /// Biases of both signs where codes of scales have none: they count from the other side, or begin at zero.
  @Test(arguments: [
    ("int4-group32-biased-uint6-group8-float16", ParameterRule.ends), (Q4KWeight.type.name, .mlx),
    (Q4KWeight.type.name, .ends),
  ])
  func codesWithoutSignHoldEveryRange(name: String, rule: ParameterRule) throws {
    let type = try #require(QuantizedType(name: name))
    for (center, size) in [(0, 1), (1, 1), (-1, 1), (0.3, 1e4), (-0.3, 1e-3)] as [(Float, Float)] {
      let samples = Samples.matrix(3, 512, seed: 11)
      let values = Matrix<Float>(rows: 3, columns: 512) { row, column in
        (samples[row, column] / 64 + center) * size * (column / 32 % 3 == 0 ? -1 : 1)
      }
      let matrix = try AnyQuantized(
        quantizing: values, as: type, QuantizationOptions(rule: rule))
      let decoded: Matrix<Float> = matrix.dequantized()
      let peak = values.values.array.reduce(0) { max($0, $1.magnitude) }
      // Half of a step, which is a fifteenth of both sides or a seventh of one; what the nearest of 63 codes is off
      // by, of a scale at 15 codes and of a bias. MLX rounds the range to whole steps from its edge: a step more.
      let step = peak * (rule == .mlx ? 4.0 / 15 : 1.0 / 7)
      let most = step / 2 + (15 * step + peak) * (0.5 / 63 + 0x1p-10) + 0x1p-20
      for index in 0..<values.shape.count {
        #expect(abs(decoded.values[index] - values.values[index]) <= most, "\(name) \(rule)")
      }
    }
  }

  /// Scales below the smallest half times the largest code: what a half is for a scale alone, it is for these.
  @Test(arguments: [Q4KWeight.type, Q6KWeight.type, Q3KWeight.type])
  func smallScalesDoNotBecomeZero(type: QuantizedType) throws {
    let values = Matrix<Float>(rows: 2, columns: 256) { row, column in
      0x1p-18 * (Float((row * 37 + column * 11) % 101) / 50 - 1)
    }
    let matrix = try AnyQuantized(quantizing: values, as: type)
    #expect(Set(matrix.codes).count > 2)
    let decoded: Matrix<Float> = matrix.dequantized()
    // A scale is off by half of the smallest half at the most, here of 2^-22 or more.
    let codes = Float(type.storage.codes.count)
    for index in 0..<values.shape.count {
      #expect(
        abs(decoded.values[index] - values.values[index]) <= 0x1p-18 / codes * 2 + 0x1p-25
          * (codes + 1))
    }
  }

  /// The codes with scales of one.
  private func whole(_ matrix: CodeMatrix) -> CodeMatrix {
    let count = matrix.grid.extent.count
    return CodeMatrix(
      type: matrix.type.flat, grid: matrix.grid, codes: matrix.codes,
      scales: Buffer([Float](repeating: 1, count: count)), zeroPoints: Buffer([]),
      biases: Buffer([Float](repeating: 0, count: matrix.biases.count)))
  }

  /// A scale: its code times the scale of its super-block.
  private func value(_ scales: CodeMatrix, _ row: Int, _ block: Int) -> Float {
    let code = scales.code(row: row, column: block)
    let number: Float =
      if case .float(let format) = scales.storage { format.value(of: UInt8(code)) } else {
        Float(code)
      }
    let isTensor = scales.grid.block.rows == Block.whole
    let width = scales.grid.extent.columns
    let place = isTensor ? 0 : row * width + block / scales.grid.block.columns
    return number * scales.scales[place]
  }

  /// The largest of a super-block has the largest code; of others the nearest.
  @Test func scalesAreTheNearestCodes() throws {
    let scales: [Float] = [63, 31.5, 0.4, 0, -0, 7.6, 62.4, 1]
    let biases = scales.map { -2 * $0 }
    let grid = BlockGrid(Shape(1, 256), Q4KWeight.type.block)
    let coded = try QuantizedScales(nearest: scales.span, biases.span, Q4KWeight.type, grid)
    #expect(coded.scales.unpackedCodes() == [63, 32, 0, 0, 0, 8, 62, 1])
    #expect(coded.biases?.unpackedCodes() == coded.scales.unpackedCodes())
    #expect(coded.biases?.scales.array == [-2])
    // Codes without sign hold one sign.
    var mixed = scales
    mixed[3] = -1
    #expect(throws: QuantizationError.invalidScale(-1, blockRow: 0, blockColumn: 3)) {
      try QuantizedScales(nearest: mixed.span, scales.span, Q4KWeight.type, grid)
    }
    mixed[3] = .infinity
    let error = QuantizationError.invalidScale(.infinity, blockRow: 0, blockColumn: 3)
    #expect(throws: error) {
      try QuantizedScales(nearest: mixed.span, scales.span, Q4KWeight.type, grid)
    }
    // Named as it is given, not less the mean.
    let wide = BlockGrid(Shape(1, 512), DoubleQuantizedNF4Weight.type.block)
    #expect(throws: error) {
      try QuantizedScales(
        nearest: mixed.span, [Float]().span, DoubleQuantizedNF4Weight.type, wide)
    }
  }

  /// The largest of a super-block asks for a scale that there is not: it is named, not the first of them.
  @Test func scalesThatNoScaleServesAreNamed() {
    let large: [Float] = [1, 2, 5e6, 3, 4e6, 1, 1, 1]
    #expect(throws: QuantizationError.invalidScale(5e6, blockRow: 0, blockColumn: 2)) {
      try QuantizedScales(
        nearest: large.span, large.span, Q4KWeight.type,
        BlockGrid(Shape(1, 256), Q4KWeight.type.block))
    }
    // Finite itself, and too far from the mean of all.
    let far = [1, 3e38] + [Float](repeating: -3e38, count: 6)
    #expect(throws: QuantizationError.invalidScale(3e38, blockRow: 0, blockColumn: 1)) {
      try QuantizedScales(
        nearest: far.span, [Float]().span, DoubleQuantizedNF4Weight.type,
        BlockGrid(Shape(1, 512), DoubleQuantizedNF4Weight.type.block))
    }
  }
}

import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct QuantizedWeightTests {
  static let names = [
    "int4-group32", "int8-row", "int8-tensor", "int8-column", "int8-block2x3", "uint4-group5",
    "uint8-row", "uint4-group5-biased", "int4-column-biased", "uint2-tensor-biased",
    "uint4-group32-nf4", "float8e4m3-row",
  ]

  /// `x · Wᵀ` with a weight of 5 × 37 whose scales, and biases, are the inputs: its values as the
  /// formula of the type has them.
  ///
  /// A product and a sum give a value of the weight; then come the sums of the product, and those over
  /// a block, in `Double` and rounded once.
  @Test(arguments: [1, 2] as [UInt64], names)
  func gradientsOfScalesAndOffsets(seed: UInt64, name: String) throws {
    let codes = try codes(name, seed: seed)
    let hasBiases = codes.quantizedType.mapping.kind == .biased
    let zeros = codes.offsets.map { DoubleMatrix($0) }
    let numbers = DoubleMatrix(numbers(codes))
    let inputs = [Numbers.normal(3, 37, seed: seed), codes.scales]
    let check = LayerCheck(
      inputs: inputs + (hasBiases ? [try #require(codes.offsets)] : []), roundings: 37 + 5 + 6,
      definition: { x in
        let weight = DoubleMatrix(5, 37) { row, column in
          let (r, c) = block(codes, row, column)
          let zero = hasBiases ? 0 : zeros?[r, c] ?? 0
          return x[1][r, c] * (numbers[row, column] - zero) + (hasBiases ? x[2][r, c] : 0)
        }
        return DoubleLayers.linear(x[0], weight)
      },
      layer: {
        try $0.linear(
          $1[0],
          $0.quantizedWeight(codes, scales: $1[1], offsets: hasBiases ? $1[2] : nil))
      })
    try check(seed: seed)
  }

  /// A whole zero point has the gradient of one that is not: rounding counts as the identity.
  @Test(arguments: ["uint8-row", "uint4-group5", "int8-block2x3-asymmetric"])
  func zeroPointsPassTheirGradient(name: String) throws {
    let codes = try codes(name, seed: 3)
    let (tape, g) = (Tape(), Numbers.uniform(5, 37, seed: 4))
    let whole = try #require(codes.offsets)
    // A third of a step away: the values stay.
    let moved = Matrix(rows: whole.shape.rows, columns: whole.shape.columns) {
      whole[$0, $1] + 1 / 3
    }
    let (scales, offsets) = (tape.input(.float32(codes.scales)), tape.input(.float32(moved)))
    let weight = try tape.quantizedWeight(codes, scales: scales, offsets: offsets)
    #expect(weight.value.floats() == codes.dequantized())
    let found = try #require(tape.gradients(of: weight, g)[offsets])
    var expected = DoubleMatrix.zeros(whole.shape.rows, whole.shape.columns)
    for row in 0..<5 {
      for column in 0..<37 {
        let (r, c) = block(codes, row, column)
        expected[r, c] -= Double(g[row, column]) * Double(codes.scales[r, c])
      }
    }
    // Two roundings of what is in `Double`.
    for (value, expected) in zip(found.values.array, expected.values) {
      #expect(abs(Double(value) - expected) <= 0x1p-22 * abs(expected) + 0x1p-60)
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let (symmetric, biased) = (
      try codes("int8-row", seed: 1), try codes("uint4-group5-biased", seed: 1)
    )
    let tape = Tape()
    func refused(
      _ codes: AnyQuantized, _ scales: Matrix<Float>, _ offsets: Matrix<Float>? = nil
    ) -> QuantizationError? {
      do throws(TrainingError) {
        _ = try tape.quantizedWeight(
          codes, scales: Variable(scales), offsets: offsets.map { Variable($0) })
        return nil
      } catch {
        guard case .quantization("weight", let error) = error else { return nil }
        return error
      }
    }
    let ones = Numbers.uniform(5, 1, seed: 1)
    #expect(
      refused(symmetric, ones, ones)
        == .shape(.wrongCount(of: "offsets", expected: 0, found: 5)))
    #expect(
      refused(symmetric, ones.transposed())
        == .shape(.mismatchedExtent(axis: "rows of blocks and of scales", lhs: 5, rhs: 1)))
    #expect(
      refused(biased, biased.scales, ones)
        == .shape(.mismatchedExtent(axis: "columns of blocks and of offsets", lhs: 8, rhs: 1)))
    let bad = Matrix<Float>(rows: 5, columns: 1) { row, _ in row == 3 ? .infinity : 1 }
    #expect(refused(symmetric, bad) == .invalidScale(.infinity, blockRow: 3, blockColumn: 0))
    let asymmetric = try codes("uint8-row", seed: 1)
    #expect(refused(asymmetric, ones, bad) == .notFinite(.infinity, row: 3, column: 0))
    // Beyond the codes is the last one.
    let large = Matrix<Float>(rows: 5, columns: 1) { _, _ in 1e30 }
    #expect(try asymmetric.with(scales: ones, offsets: large).offsets?[4, 0] == 255)
  }

  @Test func scalesFollowTheirFormat() throws {
    let type = try #require(QuantizedType(name: "float4e2m1-group32-e8m0"))
    let codes = try AnyQuantized(quantizing: Numbers.normal(2, 40, seed: 1), as: type)
    let scales = Matrix<Float>(rows: 2, columns: 2) { _, _ in 0.3 }
    #expect(try codes.with(scales: scales).scales[1, 1] == 0.5)
    let negative = Matrix<Float>(rows: 2, columns: 2) { _, _ in -0.5 }
    #expect(throws: QuantizationError.invalidScale(-0.5, blockRow: 0, blockColumn: 0)) {
      try codes.with(scales: negative)
    }
  }

  private func codes(_ name: String, seed: UInt64) throws -> AnyQuantized {
    let type = try #require(QuantizedType(name: name))
    return try AnyQuantized(quantizing: Numbers.normal(5, 37, seed: seed + 30), as: type)
  }

  /// The place of an element's scale.
  private func block(_ codes: AnyQuantized, _ row: Int, _ column: Int) -> (Int, Int) {
    let block = codes.quantizedType.block
    return (row / block.rows, column / block.columns)
  }

  /// What codes stand for at a scale of 1: themselves, or what their table or format has.
  private func numbers(_ codes: AnyQuantized) -> Matrix<Float> {
    let all = codes.codes
    return Matrix(rows: 5, columns: 37) { row, column in
      let code = Int(all[row * 37 + column])
      return switch codes.quantizedType.mapping.kind {
      case .codebook(let map): map.values[code]
      case _ where !codes.quantizedType.storage.isInteger: Self.float8(code)
      default: Float(code)
      }
    }
  }

  /// Of 4 bits of exponent and 3 of mantissa.
  private static func float8(_ bits: Int) -> Float {
    let (exponent, mantissa) = (bits >> 3 & 15, Float(bits & 7) / 8)
    let magnitude =
      exponent == 0
      ? mantissa * 0x1p-6 : Float(sign: .plus, exponent: exponent - 7, significand: 1 + mantissa)
    return bits & 128 == 0 ? magnitude : -magnitude
  }
}

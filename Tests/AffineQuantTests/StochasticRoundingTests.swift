import AffineQuant
import AffineTestSupport
import Testing

/// Rounding at random: the same numbers in every kernel, and no bias.
@Suite struct StochasticRoundingTests {
  /// The output of SplitMix64 at a counter, written a second time.
  static func word(seed: UInt64, step: UInt64, element: Int) -> UInt64 {
    func mix(_ value: UInt64) -> UInt64 {
      let first = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
      let second = (first ^ first >> 27) &* 0x94d0_49bb_1331_11eb
      return second ^ second >> 31
    }
    let golden: UInt64 = 0x9e37_79b9_7f4a_7c15
    return mix(mix(seed &+ golden &* (step + 1)) &+ golden &* (UInt64(element) + 1))
  }

  static let executions = [
    Execution(threads: 1, instructionSet: .portable), .threads(1), .threads(3),
  ]

  @Test(arguments: [
    "int8-row", "int8-column", "int8-tensor", "int8-group32", "int8-group5", "int8-block32x32",
    "uint8-row", "int4-group32", "int6-row",
  ])
  func everyCodeIsTheDefinition(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    for (rows, columns) in [(1, 1), (3, 33), (70, 200)] {
      let values = Samples.matrix(rows, columns)
      let options = QuantizationOptions(rounding: .stochastic(seed: 5, step: 9))
      for execution in Self.executions {
        let matrix = try AnyQuantized(quantizing: values, as: type, options, on: execution)
        let (codes, scales) = (matrix.codes, matrix.scales)
        let height = type.block.rows == Block.whole ? rows : type.block.rows
        let width = type.block.columns == Block.whole ? columns : type.block.columns
        for row in 0..<rows {
          for column in 0..<columns {
            let index = row * columns + column
            let block = (row / height) * scales.shape.columns + column / width
            let steps = values[row, column] * (1 / scales.values[block])
            let uniform = Self.word(seed: 5, step: 9, element: index) >> 40
            let part = Float(uniform) / Float(1 << 24)
            let lower = steps.rounded(.down)
            let zero = matrix.core.zeroPoints.array.isEmpty ? 0 : matrix.core.zeroPoints[block]
            let code = Int(part < steps - lower ? lower + 1 : lower) + Int(zero)
            let limits = type.storage.codes
            #expect(Int(codes[index]) == min(max(code, limits.lowerBound), limits.upperBound))
          }
        }
      }
    }
  }

  @Test func halvesAreTheDefinition() {
    let special: [Float] = [
      .infinity, -.infinity, .nan, 0, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
      Float(bitPattern: 0xffff_ffff),
    ]
    let base = Samples.matrix(9, 77)
    let values = Matrix<Float>(rows: 9, columns: 77) { row, column in
      row == 4 && column < special.count ? special[column] : base[row, column]
    }
    for execution in Self.executions {
      var halves = Matrix<BFloat16>(rows: 9, columns: 77) { _, _ in BFloat16(bitPattern: 0) }
      halves.round(values, .stochastic(seed: 1, step: 2), on: execution)
      for index in 0..<9 * 77 {
        let value = values.values[index]
        let random = UInt32(Self.word(seed: 1, step: 2, element: index) >> 48)
        let expected =
          value.isNaN
          ? UInt16(value.bitPattern >> 16 | 0x40) : UInt16((value.bitPattern + random) >> 16)
        #expect(halves.values[index].bitPattern == expected, "\(value)")
      }
    }
  }

  /// The mean of n draws deviates by at most half a step over √n, and four times that but once in
  /// 16 000; the seeds are fixed.
  @Test func meansAreTheValues() throws {
    let count = 100_000
    for value: Float in [0.1, 0.3, -0.5, 12.9, -100.75] {
      let values = Matrix<Float>(rows: 1, columns: count + 1) { $1 == count ? 127 : value }
      let codes = try AnyQuantized(
        quantizing: values, as: Int8Weight.type,
        QuantizationOptions(rounding: .stochastic(seed: 2, step: 3), codes: -127...127))
      let sum = codes.codes.dropLast().reduce(0) { $0 + Int($1) }
      let deviation = 4 * 0.5 / Double(count).squareRoot()
      #expect(abs(Double(sum) / Double(count) - Double(value)) < deviation)
      var halves = Matrix<BFloat16>(rows: 1, columns: count + 1) { _, _ in BFloat16(bitPattern: 0) }
      halves.round(values, .stochastic(seed: 2, step: 3), on: .threads(1))
      let halfSum = halves.values.array.dropLast().reduce(0.0) { $0 + Double(Float($1)) }
      // A step of bfloat16 is 2^−7 of the value at most: 2.4 deviations.
      #expect(abs(halfSum / Double(count) - Double(value)) < 3e-5 * Double(abs(value)))
    }
  }
}

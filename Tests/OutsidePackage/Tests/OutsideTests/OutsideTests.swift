import AffineQuant
import Testing

/// Granularities, codebooks, rules and elements of another package do what the library's own do.
@Suite struct OutsideTests {
  static let values = Matrix<Float>(rows: 7, columns: 70) { row, column in
    Float((row * 29 + column * 13) % 61 - 30) / 30
  }
  static let input = Matrix<Float>(rows: 3, columns: 70) { row, column in
    Float((row * 5 + column * 3) % 17 - 8) / 8
  }

  /// The product of the input and decoded values, by its definition, with a bound: 70 products and sums.
  private func expectLinear(_ found: Matrix<Float>, _ decoded: Matrix<Float>) {
    for i in 0..<found.shape.rows {
      for j in 0..<found.shape.columns {
        var (sum, magnitude) = (0.0, 0.0)
        for k in 0..<70 {
          let term = Double(Self.input[i, k]) * Double(decoded[j, k])
          sum += term
          magnitude += abs(term)
        }
        #expect(abs(Double(found[i, j]) - sum) <= 80 * 0x1p-24 * magnitude)
      }
    }
  }

  @Test func granularities() throws {
    let weight = try AffineQuantized<Int4, RowMajor<PerPair, Symmetric>>(quantizing: Self.values)
    #expect(weight.scales.shape == Shape(4, 5))
    let decoded = weight.dequantized()
    for row in 0..<7 {
      for column in 0..<70 {
        let scale = abs(weight.scales[row / 2, column / 16])
        // Half a step, and at the side that has a code less up to M / 14, M being 8 steps.
        #expect(abs(decoded[row, column] - Self.values[row, column]) <= scale * 8 / 14 * 1.001)
      }
    }
    expectLinear(try linear(Self.input, weight), decoded)
    expectLinear(try linear(Self.input, weight.tiled()), decoded)
    let (top, bottom) = (try weight.slice(rows: 0..<3), try weight.slice(rows: 3..<7))
    #expect(try top.concatenated(above: bottom) == weight)
  }

  @Test func codebooks() throws {
    typealias Table = AffineQuantized<UInt2, RowMajor<PerGroup<32>, Codebook<Squares>>>
    let weight = try Table(quantizing: Self.values)
    let entries = Squares.codebook.values
    for row in 0..<7 {
      for column in 0..<70 {
        let scale = weight.scales[row, column / 32]
        let distances = entries.map { abs(Self.values[row, column] - $0 * scale) }
        let found = distances[weight.code(row: row, column: column)]
        #expect(found <= (distances.min() ?? 0) + scale * 0x1p-22)
      }
    }
    expectLinear(try linear(Self.input, weight), weight.dequantized())
    #expect(Table.type.name == "uint2-group32-squares")
    // A table of values above zero holds no others; one of three values is none for two bits.
    typealias Above = AffineQuantized<UInt3, RowMajor<PerRow, Codebook<Powers>>>
    #expect(throws: QuantizationError.self) { try Above(quantizing: Self.values) }
    typealias Wrong = AffineQuantized<UInt2, RowMajor<PerRow, Codebook<Three>>>
    #expect(throws: QuantizationError.self) { try Wrong(quantizing: Self.values) }
  }

  @Test func rules() throws {
    let weight = try Int4Weight(quantizing: Self.values, by: RootMeanSquare())
    for row in 0..<7 {
      for group in 0..<3 {
        let columns = group * 32..<min(group * 32 + 32, 70)
        let power = columns.reduce(0.0) {
          $0 + Double(Self.values[row, $1]) * Double(Self.values[row, $1])
        }
        #expect(weight.scales[row, group] == Float((power / Double(columns.count)).squareRoot()))
      }
    }
    let positive = Matrix<Float>(rows: 7, columns: 70) { abs(Self.values[$0, $1]) }
    let asymmetric = try UInt4Weight(quantizing: positive, by: FromZero())
    #expect(asymmetric.zeroPoints.allSatisfy { $0 == 0 })
    let biased = try UInt4BiasedWeight(quantizing: positive, by: FromZero())
    #expect(biased.scales == asymmetric.scales)
    #expect(biased.biases.values.array.allSatisfy { $0 == 0 })
    let decoded = biased.dequantized()
    for row in 0..<7 {
      for column in 0..<70 {
        // Half a step, and a rounding.
        let bound = biased.scales[row, column / 32] * 0.50001
        #expect(abs(decoded[row, column] - positive[row, column]) <= bound)
      }
    }
    for bad in [
      BlockRuleParameters(scale: 0), BlockRuleParameters(scale: .nan),
      BlockRuleParameters(scale: 1, zeroPoint: 16),
      BlockRuleParameters(scale: 1, zeroPoint: 1 << 40),
      BlockRuleParameters(scale: 3e38),
    ] {
      #expect(throws: QuantizationError.self) {
        try UInt4Weight(quantizing: positive, by: Impossible(parameters: bad))
      }
    }
  }

  @Test func elements() throws {
    let short: Matrix<TensorFloat32> = Self.values.converted()
    let wide = short.converted(to: Float.self)
    for index in 0..<wide.shape.count {
      #expect(wide.values[index].bitPattern & 0x1fff == 0)
      #expect(
        abs(wide.values[index] - Self.values.values[index]) <= abs(wide.values[index]) * 0x1p-11)
    }
    #expect(try Int8Weight(quantizing: short) == Int8Weight(quantizing: wide))
    let weight = try Int8Weight(quantizing: wide)
    let product: Matrix<TensorFloat32> = try linear(Self.input.converted(), weight)
    let exact = try linear(Self.input, weight)
    for index in 0..<exact.shape.count {
      #expect(product.values[index] == TensorFloat32(rounding: exact.values[index]))
    }
    let decoded = weight.dequantized(as: TensorFloat32.self)
    #expect(decoded.values[3] == TensorFloat32(rounding: weight.dequantized().values[3]))
  }
}

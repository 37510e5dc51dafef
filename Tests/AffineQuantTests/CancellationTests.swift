import AffineQuant
import AffineTestSupport
import Testing

/// Weight-only products keep what is representable, however large the other inputs are.
@Suite struct CancellationTests {
  private static let sets: [InstructionSet] = [.portable, .avx2, .running]
  private static let identity = Matrix<Float>(rows: 64, columns: 64) { $0 == $1 ? 1 : 0 }

  /// Weights that select columns, exact in their types, give those inputs back.
  @Test(arguments: [
    "uint8-row", "uint8-tensor", "uint4-group32", "uint4-group32-biased", "uint8-row-biased",
  ])
  func outliersDoNotDrownOtherInputs(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let weight = PackedWeight(try AnyQuantized(quantizing: Self.identity, as: type))
    #expect(weight.unpacked.dequantized() == Self.identity)
    for (outlier, rows) in [(3e3, 1), (1e6, 1), (1e6, 9), (3e38, 1), (3e38, 9)] as [(Float, Int)] {
      let input = Matrix<Float>(rows: rows, columns: 64) { _, column in
        column % 16 == 0 ? outlier : 0.01 * Float(column)
      }
      for set in Self.sets {
        let execution = Execution(threads: 1, instructionSet: set)
        let output = try weight.linear(input, on: execution)
        for index in output.values.array.indices {
          let expected = input.values[index]
          // A product and a scale round.
          #expect(abs(output.values[index] - expected) <= expected * 0x1p-22, "\(set)")
        }
      }
    }
  }

  /// Inputs down to the smallest number, beside an outlier or alone, lose nothing.
  @Test(arguments: [
    "int8-row", "int4-group32", "uint8-row", "uint4-group32", "uint4-group32-biased",
  ])
  func smallInputsKeepTheirBits(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let weight = PackedWeight(try AnyQuantized(quantizing: Self.identity, as: type))
    let diagonal = weight.unpacked.dequantized(as: Float.self)
    for (size, outlier) in [
      (1e-38, 0), (0x1p-140, 0), (0x1p-149, 0), (1e-30, 1), (1e-38, 1), (0x1p-149, 1),
      (1e-38, 1e20),
    ] as [(Float, Float)] {
      for rows in [1, 9] {
        let input = Matrix<Float>(rows: rows, columns: 64) { row, column in
          column == 5 ? outlier : size * Float((row * 3 + column) % 63 + 1)
        }
        for set in Self.sets {
          let output = try weight.linear(input, on: Execution(threads: 1, instructionSet: set))
          for row in 0..<rows {
            for column in 0..<64 {
              let expected = Double(input[row, column]) * Double(diagonal[column, column])
              let error = abs(Double(output[row, column]) - expected)
              // A product and a scale round, below 2^-126 by half of the smallest number.
              #expect(error <= expected * 0x1p-22 + 0x1p-149, "\(set) \(size)")
            }
          }
        }
      }
    }
  }

  /// 127 codes of inputs near the largest float are summed before they are scaled.
  @Test(arguments: ["int8-row", "int4-group32", "uint8-row", "int8-group32-float16"])
  func sumsOfLargeInputsStayFinite(name: String) throws {
    let type = try #require(QuantizedType(name: name))
    let values = Matrix<Float>(rows: 5, columns: 64) { row, column in
      1e-4 * Float((row * 31 + column * 17) % 64 - 31)
    }
    let weight = PackedWeight(try AnyQuantized(quantizing: values, as: type))
    let decoded = Oracle.numbers(weight.unpacked.core)
    for rows in [1, 7] {
      let input = Matrix<Float>(rows: rows, columns: 64) { row, column in
        row == 0 ? (column % 2 == 0 ? 2e36 : -1e36) : Float(column)
      }
      for set in Self.sets {
        let output = try weight.linear(input, on: Execution(threads: 2, instructionSet: set))
        for row in 0..<rows {
          for column in 0..<5 {
            var (sum, magnitude) = (0.0, 0.0)
            for k in 0..<64 {
              let term = Double(input[row, k]) * decoded[column, k]
              sum += term
              magnitude += abs(term)
            }
            #expect(
              Oracle.tolerance(depth: 64).accepts(
                output[row, column], sum, magnitude: 8 * magnitude))
          }
        }
      }
    }
  }

  /// The block of one value, whose scale is the smallest there is, keeps a bias.
  @Test func constantBlocksKeepTheirBias() throws {
    let values = Matrix<Float>(rows: 3, columns: 64) { row, _ in Float(row) + 0.25 }
    let weight = try UInt4BiasedWeight(quantizing: values)
    #expect(weight.dequantized() == values)
    let ones = Matrix<Float>(rows: 2, columns: 64) { _, _ in 1 }
    let output = try linear(ones, weight.tiled())
    for row in 0..<3 { #expect(output[0, row] == 64 * values[row, 0]) }
  }
}

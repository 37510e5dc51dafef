import AffineLayers
import AffineQuant
import AffineTestSupport
import AffineTraining
import Testing

@Suite struct HadamardTransformTests {
  /// The definition: an entry is 1/√b, negative where the common bits of both indices are odd.
  private func entry(_ row: Int, _ column: Int, _ block: Int) -> Double {
    guard row / block == column / block else { return 0 }
    let isOdd = ((row % block) & (column % block)).nonzeroBitCount % 2 == 1
    return (isOdd ? -1 : 1) / Double(block).squareRoot()
  }

  @Test(arguments: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
  func matchesTheDefinitionAndIsItsOwnInverse(block: Int) throws {
    let columns = block == 1 ? 3 : 3 * block
    let transform = HadamardTransform(columns: columns, atMost: block)
    #expect(transform.block == block)
    let x = Numbers.normal(3, columns, seed: 1)
    let y = try transform(x)
    // A value goes through log₂(b) sums and one scaling, and b of them carry 1/√b of their error.
    let tolerance = 11 * 0x1p-23 * 6.0
    for row in 0..<3 {
      for column in 0..<columns {
        let sum = (column / block * block..<(column / block + 1) * block).reduce(0.0) {
          $0 + Double(x[row, $1]) * entry($1, column, block)
        }
        #expect(abs(Double(y[row, column]) - sum) <= tolerance)
      }
    }
    #expect(Numbers.relativeError(try transform(y), x) < 1e-6)
    #expect(try transform(x, on: .threads(3)) == y)
  }

  /// H · Hᵀ = I.
  @Test(arguments: [2, 8, 32, 256]) func isOrthogonal(block: Int) throws {
    let identity = Matrix<Float>(rows: block, columns: block) { $0 == $1 ? 1 : 0 }
    let transform = HadamardTransform(columns: block, atMost: block)
    let h = try transform(identity)
    let product = Numbers.productOfRows(h, h)
    for index in product.indices {
      let expected = index / block == index % block ? 1.0 : 0
      #expect(abs(product[index] - expected) < 1e-6)
    }
  }

  @Test func takesTheLargestBlockThatDivides() {
    for (columns, block) in [(0, 1), (1, 1), (7, 1), (6, 2), (20, 4), (96, 32), (4096, 32)] {
      #expect(HadamardTransform(columns: columns).block == block)
    }
    #expect(HadamardTransform(columns: 48, atMost: 1).block == 1)
    #expect(HadamardTransform(columns: 48, atMost: -5).block == 1)
    #expect(throws: ShapeError.misaligned(axis: "column", position: 33, block: 32)) {
      try HadamardTransform(columns: 32)(Numbers.normal(2, 33, seed: 1))
    }
  }

  @Test func leavesAProductAsItIs() throws {
    let (x, w) = (Numbers.normal(33, 512, seed: 2), Numbers.normal(17, 512, seed: 3))
    let transform = HadamardTransform(columns: 512)
    let y = try linear(transform(x), transform(w))
    #expect(Numbers.relativeError(Numbers.doubles(y), Numbers.productOfRows(x, w)) < 1e-5)
  }

  /// What 4 bits leave of values, with the step that training would start with.
  private static func decoded(_ values: Matrix<Float>) throws -> Matrix<Float> {
    let step = QuantizationParameters(scales: [try LearnedStep(for: values).value])
    typealias Tensor = AffineQuantized<Int4, RowMajor<PerTensor, Symmetric>>
    return try Tensor(quantizing: values, with: step).dequantized()
  }

  /// One column of 50 times the others: its energy is spread before 4 bits cut it.
  @Test func tamesAnOutlierColumn() throws {
    let normal = Numbers.normal(256, 512, seed: 4)
    let x = Matrix<Float>(rows: 256, columns: 512) { normal[$0, $1] * ($1 == 100 ? 50 : 1) }
    let transform = HadamardTransform(columns: 512)
    let plain = try Self.decoded(x)
    let mixed = try transform(x)
    let quantized = try Self.decoded(mixed)
    let (without, with) = (
      Numbers.relativeError(plain, x), Numbers.relativeError(try transform(quantized), x)
    )
    #expect(with <= 0.65 * without)
  }
}

import AffineQuant
import AffineTestSupport
import Testing

/// Sums of whole numbers are exact at any depth, on every kernel.
@Suite struct IntegerSumTests {
  static let kernelRows = kernels(
    for: .linear, .quantized(Int8Weight.type), .quantized(Int8Weight.type))!.filter { $0.canRun() }

  @Test(arguments: kernelRows, [1, 2, 31, 32, 33, 255, 4096, 32_768, 32_769, 65_537, 131_072])
  func extremesSumExactly(kernel: KernelRow, depth: Int) throws {
    let execution = Execution(threads: 2, instructionSet: kernel.needs)
    for (lhs, rhs) in [(-128, -128), (-128, 127), (127, 127)] {
      let x = try constant(lhs, 2, depth, "int8-row"), w = try constant(rhs, 3, depth, "int8-row")
      let sums = try sums(x, w, execution)
      #expect(sums == Array(repeating: Int64(lhs * rhs * depth), count: 6))
    }
    for (code, zero) in [(255, 0), (0, 255), (255, 255)] {
      let x = try constant(code, 1, depth, "uint8-row", zeroPoint: Int16(zero))
      let w = try constant(code, 2, depth, "uint8-row", zeroPoint: Int16(zero))
      let sums = try sums(x, w, execution)
      #expect(sums == Array(repeating: Int64((code - zero) * (code - zero) * depth), count: 2))
    }
  }

  @Test(
    arguments: kernelRows,
    ["int8-row", "uint8-row", "int4-group32", "uint4-group32", "int8-block32x32", "ternary-tensor"])
  func randomAndExtremeCodesSumExactly(kernel: KernelRow, weights: String) throws {
    let execution = Execution(threads: 1, instructionSet: kernel.needs)
    var random = SplitMix64(seed: 42)
    let type = try #require(QuantizedType(name: weights))
    for round in 0..<12 {
      let m = Int.random(in: 1...40, using: &random), n = Int.random(in: 1...70, using: &random)
      let k = Int.random(in: 1...257, using: &random)
      for activations in [Int8Activations.type, UInt8Activations.type] {
        let seed = UInt64(round)
        let x = Samples.codes(m, k, activations, extremes: round.isMultiple(of: 2), seed: seed)
        let w = Samples.codes(n, k, type, extremes: round.isMultiple(of: 2), seed: seed + 1)
        #expect(try sums(x, w, execution) == oracle(x, w), "\(m)×\(n)×\(k)")
      }
    }
  }

  /// The sums over all slices; long runs of one scale are several.
  private func sums(
    _ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution
  ) throws -> [Int64] {
    let slices = try Product.integerSums(lhs, rhs, execution)
    let elements = lhs.shape.rows * rhs.shape.rows
    let count = slices.count / elements
    return (0..<elements).map { slices[$0 * count..<($0 + 1) * count].reduce(0, +) }
  }

  /// The sum over all slices, from codes that the oracle reads.
  private func oracle(_ lhs: CodeMatrix, _ rhs: CodeMatrix) -> [Int64] {
    let (a, b, k) = (Oracle.integers(lhs), Oracle.integers(rhs), lhs.shape.columns)
    return (0..<lhs.shape.rows).flatMap { i in
      (0..<rhs.shape.rows).map { j in
        (0..<k).reduce(Int64(0)) { $0 + a[i * k + $1] * b[j * k + $1] }
      }
    }
  }

  private func constant(
    _ code: Int, _ rows: Int, _ columns: Int, _ name: String, zeroPoint: Int16 = 0
  ) throws -> CodeMatrix {
    let type = try #require(QuantizedType(name: name))
    let isAsymmetric = type.mapping.kind == .asymmetric
    let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: code), count: rows * columns)
    let parts = CodeMatrix.Parts(
      codes: Buffer(bytes), scales: Buffer([Float](repeating: 1, count: rows)),
      zeroPoints: Buffer(isAsymmetric ? [Int16](repeating: zeroPoint, count: rows) : []))
    return try CodeMatrix(
      type: type, grid: BlockGrid(Shape(rows, columns), type.block), parts: parts)
  }
}

import AffineQuant
import AffineTestSupport
import Testing

/// Sums of whole numbers are exact at any depth, on every kernel.
@Suite struct IntegerSumTests {
  static let kernelRows = kernels(
    for: .linear, .quantized(Int8Weight.type), .quantized(Int8Weight.type))!.filter { $0.canRun() }
  static let instructionSets = kernelRows.map(\.needs)

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

  /// Whole-number types of every width class, mapping and granularity along rows.
  static let rowTypes = ["int8", "uint8", "int4", "uint4", "int3", "ternary"].flatMap { storage in
    ["row", "tensor", "group32", "group64", "group128", "block32x32"].compactMap {
      QuantizedType(name: "\(storage)-\($0)")
    }
  }

  /// Random extents up to 257 on all three axes, codes random or only the extremes.
  @Test(arguments: instructionSets, rowTypes)
  func randomAndExtremeCodesSumExactly(set: InstructionSet, type: QuantizedType) throws {
    let execution = Execution(threads: 2, instructionSet: set)
    var random = SplitMix64(seed: UInt64(type.name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xffff))
    for round in 0..<4 {
      let m = Int.random(in: 1...257, using: &random), n = Int.random(in: 1...257, using: &random)
      let k = Int.random(in: 1...257, using: &random)
      let activations = try #require(
        Self.rowTypes.filter { $0.storage.bits == 8 }.randomElement(using: &random))
      let isExtreme = round.isMultiple(of: 2)
      let x = Samples.codes(m, k, activations, extremes: isExtreme, seed: UInt64(round))
      let w = Samples.codes(n, k, type, extremes: isExtreme, seed: UInt64(round + 9))
      #expect(try sums(x, w, execution) == oracle(x, w), "\(activations.name) \(m)×\(n)×\(k)")
      #expect(try sums(x, w.tiled(execution), execution) == oracle(x, w), "tiled")
    }
  }

  /// The sums over all slices; long runs of one scale are several.
  private func sums(
    _ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution
  ) throws -> [Int64] {
    let slices = Product.integerSums(lhs, rhs, execution)
    let elements = lhs.shape.rows * rhs.shape.rows
    let count = slices.count / elements
    return (0..<elements).map { slices[$0 * count..<($0 + 1) * count].reduce(0, +) }
  }

  /// The sum over all slices, from codes that the oracle reads.
  private func oracle(_ lhs: CodeMatrix, _ rhs: CodeMatrix) -> [Int64] {
    let (a, b, k) = (Oracle.integers(lhs), Oracle.integers(rhs), lhs.shape.columns)
    var sums: [Int64] = []
    for i in 0..<lhs.shape.rows {
      for j in 0..<rhs.shape.rows {
        var sum: Int64 = 0
        for index in 0..<k { sum += a[i * k + index] * b[j * k + index] }
        sums.append(sum)
      }
    }
    return sums
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

import AffineQuant
import AffineTestSupport
import Testing

/// Sums of whole numbers are exact at any depth, on every kernel: with scales of 1 a product is the sums of its
/// slices, each rounded once to a float, added in ascending order.
@Suite struct IntegerSumTests {
  static let kernelRows = kernels(
    for: .linear, .quantized(Int8Weight.type), .quantized(Int8Weight.type))!.filter { $0.canRun() }
  static let instructionSets = kernelRows.map(\.needs)

  @Test(arguments: kernelRows, [1, 2, 31, 32, 33, 255, 4096, 32_768, 32_769, 65_537, 131_072])
  func extremesSumExactly(kernel: KernelRow, depth: Int) throws {
    let execution = Execution(threads: 2, instructionSet: kernel.needs)
    for (lhs, rhs) in [(-128, -128), (-128, 127), (127, 127)] {
      let w = try constant(rhs, 3, depth, "int8-row"), expected = expected(lhs * rhs, depth)
      // A row that is alone has kernels of its own.
      for rows in [1, 2] {
        let x = try constant(lhs, rows, depth, "int8-row")
        #expect(try product(x, w, execution) == Array(repeating: expected, count: 3 * rows))
      }
    }
    for (code, zero) in [(255, 0), (0, 255), (255, 255)] {
      let w = try constant(code, 2, depth, "uint8-row", zeroPoint: Int16(zero))
      let expected = expected((code - zero) * (code - zero), depth)
      for rows in [1, 2] {
        let x = try constant(code, rows, depth, "uint8-row", zeroPoint: Int16(zero))
        #expect(try product(x, w, execution) == Array(repeating: expected, count: 2 * rows))
      }
    }
  }

  /// Whole-number types of every width class, mapping and granularity along rows.
  static let rowTypes = [
    "int8", "uint8", "int4", "uint4", "int3", "ternary", "uint1", "int2", "int5", "int6", "uint7",
  ].flatMap { storage in
    ["row", "tensor", "group32", "group64", "group128", "block32x32"].compactMap {
      QuantizedType(name: "\(storage)-\($0)")
    }
  }

  /// Random extents up to 257 on all three axes, and one row; codes random or only the extremes.
  @Test(arguments: instructionSets, rowTypes)
  func randomAndExtremeCodesSumExactly(set: InstructionSet, type: QuantizedType) throws {
    let execution = Execution(threads: 2, instructionSet: set)
    var random = SplitMix64(seed: UInt64(type.name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xffff))
    for round in 0..<6 {
      let m = round < 2 ? 1 : Int.random(in: 1...257, using: &random)
      let n = Int.random(in: 1...257, using: &random)
      let k = Int.random(in: 1...257, using: &random)
      let activations = try #require(
        Self.rowTypes.filter { $0.storage.bits == 8 }.randomElement(using: &random))
      let isExtreme = round.isMultiple(of: 2)
      let x = unscaled(Samples.codes(m, k, activations, extremes: isExtreme, seed: UInt64(round)))
      let w = unscaled(Samples.codes(n, k, type, extremes: isExtreme, seed: UInt64(round + 9)))
      let expected = oracle(x, w)
      #expect(
        try product(x, w, execution) == expected, "\(activations.name) \(m)×\(n)×\(k)")
      #expect(try product(x, w.tiled(execution), execution) == expected, "tiled")
    }
  }

  /// Sums that are made of panels later, some panels at a time, are those that come with them: the last part is short,
  /// and blocks begin in one part and end in the next.
  @Test(arguments: ["int8-row", "uint8-row-asymmetric", "uint8-block48x32-asymmetric"])
  func sumsOfManyPanelsAreThoseOfRows(weight: String) throws {
    let type = try #require(QuantizedType(name: weight))
    let input = try #require(QuantizedType(name: "uint8-row-asymmetric"))
    let w = Samples.codes(8300, 40, type, extremes: false, seed: 1)
    let x = Samples.codes(3, 40, input, extremes: false, seed: 2)
    for set in Self.instructionSets {
      let execution = Execution(threads: 2, instructionSet: set)
      let tiled = w.tiled(execution, sums: false)
      #expect(try product(x, tiled, execution) == product(x, w, execution), "\(set.name)")
    }
  }

  private func product(
    _ lhs: CodeMatrix, _ rhs: CodeMatrix, _ execution: Execution
  ) throws -> [Float] {
    let call = ProductCall(.linear, .quantized(lhs), .quantized(rhs), on: execution)
    return try call.result(as: Float.self).values.array
  }

  /// A sum of equal terms, of which at most 32768 are summed before they are rounded.
  private func expected(_ term: Int, _ depth: Int) -> Float {
    stride(from: 0, to: depth, by: 32_768).reduce(0) { $0 + Float(term * min(32_768, depth - $1)) }
  }

  /// The same codes with scales of 1.
  private func unscaled(_ matrix: CodeMatrix) -> CodeMatrix {
    CodeMatrix(
      type: matrix.type, grid: matrix.grid, codes: matrix.codes,
      scales: Buffer([Float](repeating: 1, count: matrix.scales.count)),
      zeroPoints: matrix.zeroPoints, biases: matrix.biases)
  }

  /// The sums of slices that end where a block of either ends, from codes that the oracle reads.
  private func oracle(_ lhs: CodeMatrix, _ rhs: CodeMatrix) -> [Float] {
    let (a, b, k) = (Oracle.integers(lhs), Oracle.integers(rhs), lhs.shape.columns)
    let ends = (1...k).map { end in
      end == k || lhs.grid.blockColumn(end) != lhs.grid.blockColumn(end - 1)
        || rhs.grid.blockColumn(end) != rhs.grid.blockColumn(end - 1)
    }
    var results: [Float] = []
    for i in 0..<lhs.shape.rows {
      for j in 0..<rhs.shape.rows {
        var (result, sum): (Float, Int64) = (0, 0)
        for index in 0..<k {
          sum += a[i * k + index] * b[j * k + index]
          guard ends[index] else { continue }
          result += Float(sum)
          sum = 0
        }
        results.append(result)
      }
    }
    return results
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

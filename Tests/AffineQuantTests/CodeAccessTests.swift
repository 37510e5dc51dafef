import AffineQuant
import AffineTestSupport
import AllocationCounter
import Foundation
import Testing

/// Reading the code of one element costs the same whatever the size of its matrix, also of tiles.
@Suite struct CodeAccessTests {
  /// A small matrix, and two of 256 times as many elements: what grew with rows, with columns or with both
  /// would take tens of times as long in one of them.
  private static let (small, large) = (Shape(32, 32), [Shape(32, 8192), Shape(8192, 32)])
  private static let reads = 4096

  /// Reads codes all over a matrix.
  private static func sum<S, L>(_ matrix: AffineQuantized<S, L>) -> Int {
    let (rows, columns) = (matrix.shape.rows, matrix.shape.columns)
    var sum = 0
    for index in 0..<reads {
      // Odd steps through extents that are powers of two reach all of the matrix.
      sum += matrix.code(row: index * 7919 % rows, column: index * 104_729 % columns)
    }
    return sum
  }

  /// The time that this thread had of a core, which no other test takes from it: the least of a few.
  private static func processorSeconds(_ body: () -> Void) -> Double {
    func now() -> Double {
      var time = timespec()
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    return (0..<8).reduce(.infinity) { least, _ in
      let start = now()
      body()
      return min(least, now() - start)
    }
  }

  private static func check<S, L: RowMajorLayout>(
    _ type: AffineQuantized<S, L>.Type, _ quantize: (Matrix<Float>) throws -> AffineQuantized<S, L>
  ) throws where L.Scaling: RowSliced {
    func measure(_ shape: Shape) throws -> (tiled: Double, rowMajor: Double) {
      let matrix = try quantize(Samples.matrix(shape.rows, shape.columns)), tiled = matrix.tiled()
      #expect(sum(tiled) == sum(matrix), "\(matrix)")
      if allocations_are_counted() {
        #expect(allocations { _ = sum(tiled) } == 0, "\(tiled)")
        #expect(allocations { _ = sum(matrix) } == 0, "\(matrix)")
      }
      return (processorSeconds { _ = sum(tiled) }, processorSeconds { _ = sum(matrix) })
    }
    let few = try measure(small)
    for shape in large {
      let many = try measure(shape)
      // Larger matrices miss caches: that costs less than a read does.
      #expect(many.tiled < 8 * few.tiled, "\(type.type) \(shape): \(many.tiled) s, \(few.tiled) s")
      #expect(
        many.rowMajor < 8 * few.rowMajor,
        "\(type.type) \(shape): \(many.rowMajor) s, \(few.rowMajor) s")
    }
  }

  /// Codes of a byte, of half a byte, and squeezed ones.
  @Test func codesAreReadWhereTheyLie() throws {
    try Self.check(Int8Weight.self) { try Int8Weight(quantizing: $0) }
    try Self.check(Int4Weight.self) { try Int4Weight(quantizing: $0) }
    typealias Int3Weight = AffineQuantized<Int3, RowMajor<PerGroup<32>, Symmetric>>
    try Self.check(Int3Weight.self) { try Int3Weight(quantizing: $0) }
  }

  /// Blocks that are cut at the start, and whose codes are padded in the midst of a row.
  @Test func codesOfCutBlocksAreFound() throws {
    let int3 = try #require(QuantizedType(name: "int3-group32"))
    let uint5 = try #require(QuantizedType(name: "uint5-group32"))
    for type in [Int4Weight.type, Int8Weight.type, int3, uint5] {
      let whole = try ErasedOperand(Samples.matrix(37, 256, seed: 1), as: .quantized(type))
      guard case .quantized(let codes) = whole else { continue }
      let part = try codes.slice(rows: 3..<36, columns: 5..<203)
      let tiled = part.tiled()
      for row in 0..<part.shape.rows {
        for column in 0..<part.shape.columns {
          let expected = part.code(row: row, column: column)
          guard tiled.code(row: row, column: column) != expected else { continue }
          Issue.record("\(type.name): (\(row), \(column)) is not \(expected)")
          return
        }
      }
    }
  }
}

import AffineBench
import AffineQuant
import Testing

/// A type of another package is benchmarked, verified, measured and shown as those of the library are.
@Suite struct BenchmarkTests {
  typealias Pairs = AffineQuantized<Int4, RowMajor<PerPair, Symmetric>>
  typealias Table = AffineQuantized<UInt2, RowMajor<PerGroup<32>, Codebook<Squares>>>

  @Test func aTypeIsTimed() throws {
    let benchmark = Benchmark(.linear, Int8Activations.self, Pairs.self, m: 3, k: 64, n: 32)
    let result = try benchmark.run(seconds: 0.01)
    #expect(result.weights == "int4-block2x16")
    #expect(result.gops > 0 && result.medianSeconds >= result.minimumSeconds)
    #expect(result.roundMedianSeconds?.count == 5)
    #expect(result.compared(with: result) == (1, false))
    #expect(try Benchmark(.quantize, Table.self, m: 8, k: 64).run(seconds: 0.01).gops > 0)
  }

  /// What does not compile cannot be timed: scales of groups vary along the axis that this product contracts.
  @Test func whatDoesNotCompileIsRefused() {
    typealias Rows = AffineQuantized<Int8, RowMajor<PerRow, Symmetric>>
    let benchmark = Benchmark(.weightGradient, Int4Weight.self, Int4Weight.self, m: 4, k: 8, n: 4)
    #expect(throws: BenchmarkError.self) { _ = try benchmark.run(seconds: 0) }
    #expect(throws: BenchmarkError.self) {
      try Benchmark(.quantize, Matrix<Float>.self, m: 4, k: 4).run(seconds: 0)
    }
    for (m, k) in [(0, 4), (4, -1), (1 << 40, 1 << 40)] {
      #expect(throws: BenchmarkError.extents(m: m, k: k, n: 4)) {
        try Benchmark(.linear, Rows.self, Rows.self, m: m, k: k, n: 4).run(seconds: 0)
      }
    }
  }

  @Test func aTypeIsInTheReport() throws {
    let cells = [Pairs.type, Table.type].flatMap { CoverageCell.cells(of: $0) }
    let report = try CoverageReport(cells, verifying: true, measuring: true)
    #expect(report.cells.count == cells.count && report.failures.isEmpty)
    let rows = report.cells.flatMap(\.rows).filter(\.runsHere)
    #expect(rows.allSatisfy { $0.verified == true && ($0.gops ?? 0) > 0 })
    let page = try report.html()
    #expect(page.contains("int4-block2x16") && page.contains("uint2-group32-squares"))
  }
}

import AffineBench
import AffineQuant
import Foundation
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
    #expect(result.instructionSet == nil)
    #expect(try Benchmark(.quantize, Table.self, m: 8, k: 64).run(seconds: 0.01).gops > 0)
  }

  /// Sums that become floats once a group have a roof below that of their products; whole rows, and what is no
  /// product of codes, have none of the kind.
  @Test(arguments: [
    ("int8-row", "int4-group32", true), ("int8-block32x32", "int8-block32x32", true),
    ("uint8-row-asymmetric", "int4-group32", true), ("int8-row", "uint4-group32-biased", true),
    ("int8-row", "int8-row", false), ("float32", "int4-group32", false),
  ])
  func productsOfGroupsHaveARoofWithFolds(
    activations: String, weights: String, hasFolds: Bool
  ) throws {
    func operand(_ name: String) throws -> OperandType {
      try OperandType(name: name) ?? .quantized(#require(QuantizedType(name: name)))
    }
    let benchmark = Benchmark(
      .linear, activations: try operand(activations), weights: try operand(weights), m: 8, k: 128,
      n: 32)
    let result = try benchmark.run(seconds: 0.01)
    // Of the instruction sets on vectors that such loops are written for.
    let isWritten = ["_avx2", "_avx512vnni"].contains { result.kernel?.hasSuffix($0) == true }
    guard hasFolds, isWritten else {
      #expect(result.foldedPeakGops == nil)
      return
    }
    let (folded, peak) = (try #require(result.foldedPeakGops), try #require(result.peakGops))
    // Of two loops that are timed one after the other, beside other tests.
    #expect(folded > 0 && folded < 2 * peak)
  }

  /// A result of rounds that took these seconds, as a saved run has it.
  private func saved(_ rounds: [Double], more: [String: Any] = [:]) throws -> BenchmarkResult {
    var fields: [String: Any] = [
      "operation": "linear", "weights": "int8-row", "activations": "int8-token", "m": 1, "k": 8,
      "n": 8,
      "threads": 1, "medianSeconds": rounds.sorted()[rounds.count / 2],
      "minimumSeconds": rounds.min() ?? 0, "samples": rounds.count, "roundMedianSeconds": rounds,
      "gops": 1, "gigabytesPerSecond": 1,
    ]
    fields.merge(more) { $1 }
    let data = try JSONSerialization.data(withJSONObject: fields)
    return try JSONDecoder().decode(BenchmarkResult.self, from: data)
  }

  /// A change is one where no round of one run lies among those of the other.
  @Test func roundsThatLieApartAreAChange() throws {
    let now = try saved([4, 2, 3, 3, 2.5])
    let cases: [(rounds: [Double], ratio: Double, isChange: Bool)] = [
      ([4, 2, 3, 3, 2.5], 1, false), ([8, 4, 6, 6, 5], 0.5, false), ([8, 4.5, 6, 6, 5], 0.5, true),
      ([2, 1, 1.5, 1.5, 1.25], 2, false), ([1.75, 1, 1.5, 1.5, 1.25], 2, true),
    ]
    for (rounds, ratio, isChange) in cases {
      let (found, differs) = now.compared(with: try saved(rounds))
      #expect(found == ratio && differs == isChange, "\(rounds)")
    }
  }

  /// What a kernel was held to is a part of what was timed; a run of before that was known used all there was.
  @Test func whatKernelsWereHeldToTellsRunsApart() throws {
    let all = try saved([1]), again = try saved([2])
    let held = try saved([1], more: ["instructionSet": "avx2"])
    #expect(all.key != held.key && all.key == again.key)
    var execution = Execution.standard
    execution.instructionSet = .portable
    let benchmark = Benchmark(
      .linear, Int8Activations.self, Int8Weight.self, m: 1, k: 8, n: 8, on: execution)
    let name = try benchmark.run(seconds: 0).instructionSet
    #expect(name == (InstructionSet.running == .portable ? nil : "portable"))
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

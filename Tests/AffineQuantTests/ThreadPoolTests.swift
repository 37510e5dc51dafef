import AffineQuant
import AffineTestSupport
import Testing

/// Many callers, loops inside of loops, any number of threads.
@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 5, 16, 64])
  func callersGetWhatOneThreadGives(threads: Int) async throws {
    let x = Samples.matrix(33, 64, seed: 1), w = try Int8Weight(quantizing: Samples.matrix(70, 64))
    let expected = try linear(x, w, on: .threads(1))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<200 { group.addTask { try linear(x, w, on: .threads(threads)) == expected } }
      for try await isEqual in group { #expect(isEqual) }
    }
  }

  /// Rows of one product are products themselves.
  @Test(arguments: [2, 7, 64])
  func loopsRunInsideOfLoops(threads: Int) throws {
    let x = Samples.matrix(20, 300, seed: 1)
    let execution = Execution(threads: threads)
    let sums = execution.map(rows: 64, columns: 100_000) { row in
      execution.map(rows: 20, columns: 100_000) { inner in Double(x[inner, row]) }.reduce(0, +)
    }
    let expected = (0..<64).map { row in (0..<20).reduce(0.0) { $0 + Double(x[$1, row]) } }
    #expect(sums == expected)
  }

  /// Workers sleep between calls, and wake.
  @Test func workersWakeAgain() async throws {
    let x = Samples.matrix(64, 512, seed: 1),
      w = try Int8Weight(quantizing: Samples.matrix(256, 512))
    let expected = try linear(x, w, on: .threads(1))
    for _ in 0..<20 {
      #expect(try linear(x, w, on: .threads(4)) == expected)
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}

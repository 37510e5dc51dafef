import AffineQuant
import AffineTestSupport
import Testing

/// Workers between the calls that they help.
@Suite struct ThreadPoolTests {
  /// They sleep when nothing comes for a while, and wake.
  @Test(arguments: [2, 4, 16, 64]) func workersWakeAgain(threads: Int) async throws {
    let x = Samples.matrix(64, 512, seed: 1)
    let w = try Int8Weight(quantizing: Samples.matrix(256, 512))
    let expected = try linear(x, w, on: .threads(1))
    for _ in 0..<20 {
      #expect(try linear(x, w, on: .threads(threads)) == expected)
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}

import AffineKernels
import AffineQuant
import Testing

/// How many threads there are where nobody says.
@Suite struct CoreCountTests {
  /// A container's quota, in the words of `cpu.max`, against the eight cores of its machine.
  @Test(arguments: [
    ("max 100000\n", 8), ("", 8), ("-1\n 100000\n", 8), ("800000 100000", 8),
    ("1600000 100000", 8),
    ("400000 100000\n", 4), ("150000 100000\n", 2), ("100000 100000", 1), ("5000 100000", 1),
    ("9223372036854775807 1", 8), ("200001\n 100000\n", 3), ("200000", 8), ("0 100000", 8),
  ])
  func quotas(_ text: String, _ cores: Int) {
    #expect(unsafe aq_cores_within_quota(8, text) == cores)
    #expect(unsafe aq_cores_within_quota(0, text) == 1)
  }

  /// No more threads than cores, unless the environment asks for them.
  @Test(.enabled(if: unsafe aq_requested_threads() == nil)) func threadsAreCores() {
    #expect(Execution.standard.threads == min(Int(aq_core_count()), 256))
  }
}

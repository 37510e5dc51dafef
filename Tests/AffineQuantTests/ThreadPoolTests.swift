import AffineKernels
import AffineQuant
import Synchronization
import Testing

/// Workers between the calls that they help.
@Suite struct ThreadPoolTests {
  /// Parts of which the first ends when a second has begun: when two threads have one at the same time.
  private struct Meeting: ~Copyable, ParallelWork {
    /// Milliseconds until a thread that nobody joins goes on alone.
    static let limit = 10_000
    let preparations = 0
    let parts: Int
    let begun = Atomic(0)
    let isMissed = Atomic(false)

    init(parts: Int) { self.parts = parts }

    func prepare(_ part: Int, worker: Int) {}

    func run(_ part: Int, worker: Int) {
      begun.add(1, ordering: .sequentiallyConsistent)
      for _ in 0..<Self.limit {
        guard begun.load(ordering: .sequentiallyConsistent) < 2 else { return }
        aq_sleep(1_000_000)
      }
      isMissed.store(true, ordering: .sequentiallyConsistent)
    }
  }

  /// They sleep when nothing comes for a while, and wake: in a process of its own, since here other callers wake them,
  /// and keep them.
  @Test func workersWakeAgain() async {
    await #expect(processExitsWith: .success) {
      for threads in [2, 4, 16, 64] {
        for round in 0..<20 {
          // Fifty times as long as they look for work.
          aq_sleep(5_000_000)
          let meeting = Meeting(parts: threads)
          ThreadPool.shared.run(meeting, threads: threads, nil)
          let isMissed = meeting.isMissed.load(ordering: .sequentiallyConsistent)
          try #require(!isMissed, "round \(round) of \(threads) threads")
        }
      }
    }
  }
}

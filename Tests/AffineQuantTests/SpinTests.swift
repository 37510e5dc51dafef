import AffineKernels
import AffineQuant
import Foundation
import Synchronization
import Testing

/// How long a thread looks for work before it sleeps.
@Suite struct SpinTests {
  /// Nanoseconds until a thread that finds nothing gives up.
  private static func length() -> UInt64 {
    var spin = Spin()
    let start = aq_nanoseconds()
    while spin.again() {}
    return aq_nanoseconds() - start
  }

  /// No sooner than its limit, and soon after it: the shortest of many, since any may lose its processor.
  @Test(.timeLimit(.minutes(1))) func itEnds() {
    let lengths = (0..<200).map { _ in Self.length() }
    #expect(lengths.allSatisfy { $0 >= Spin.limit })
    #expect((lengths.min() ?? .max) < 10 * Spin.limit)
  }

  /// Once it has ended, each further look is the last for 64, and none starts it anew.
  @Test(.timeLimit(.minutes(1))) func itStaysEnded() {
    var spin = Spin()
    while spin.again() {}
    let further = (0..<640).count { _ in !spin.again() }
    #expect(further == 10)
  }

  /// Two parts of a first phase on two threads, of which the second takes long.
  private struct Uneven: ~Copyable, ParallelWork {
    static let length: UInt32 = 200_000_000
    let preparations = 2, parts = 2
    let started = Atomic(0)

    func prepare(_ part: Int, worker: Int) {
      started.add(1, ordering: .sequentiallyConsistent)
      // Each thread has one, or one has both: a caller whom nobody joins works alone.
      for _ in 0..<100 where started.load(ordering: .sequentiallyConsistent) < 2 {
        aq_sleep(1_000_000)
      }
      if part == 1 { aq_sleep(Self.length) }
    }

    func run(_ part: Int, worker: Int) {}
  }

  /// Who waits for a part of another thread gives its processor back.
  @Test(.timeLimit(.minutes(1))) func whoWaitsLongSleeps() {
    func processorTime() -> Double {
      var time = timespec()
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
    let start = processorTime()
    ThreadPool.shared.run(Uneven(), threads: 2, nil)
    #expect(processorTime() - start < Double(Uneven.length) / 4)
  }
}

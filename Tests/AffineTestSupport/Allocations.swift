import AffineKernels
import AffineQuant
import AllocationCounter
import Synchronization

/// From now on allocations of all threads are counted, in a process that runs one test alone; so many threads are
/// there, the caller's with the pool's workers.
package func countAllocations(ofAll threads: Int) {
  // Each part waits for the others, so every worker has one: what it allocates when it starts does not count.
  let running = Atomic(0)
  ThreadPool.shared.parallel(threads, threads: threads) { _ in
    running.add(1, ordering: .sequentiallyConsistent)
    while running.load(ordering: .sequentiallyConsistent) < threads { aq_sleep(50_000) }
  }
  count_allocations_of_all_threads()
}

/// What a call allocates once a first one of its size has run.
///
/// Of this thread the least of a few calls: products of other tests may hold the memory that one would work in, for
/// as long as they take, so that some more calls wait for them. Of all threads the most: nothing else runs, and not
/// every worker takes part in every call.
package func allocations(calls: Int = 4, _ body: () throws -> Void) rethrows -> Int {
  func count() throws -> Int {
    let before = allocations_so_far()
    try body()
    return Int(allocations_so_far() - before)
  }
  for _ in 0..<3 { try body() }
  let counts = try (0..<calls).map { _ in try count() }
  guard !allocations_of_all_threads_count() else { return counts.max() ?? 0 }
  var least = counts.min() ?? 0
  for _ in 0..<10 where least > 0 {
    aq_sleep(5_000_000)
    least = min(least, try count())
  }
  return least
}

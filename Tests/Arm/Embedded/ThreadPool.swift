/// The pool without threads: all parts one after another.
final class ThreadPool: Sendable {
  static let shared = ThreadPool()
  static let maximumThreads = 256

  func run<Work: ParallelWork & ~Copyable>(
    _ work: borrowing Work, threads: Int, _ record: KernelRecord?
  ) {
    for part in 0..<max(work.preparations, 0) { work.prepare(part, worker: 0) }
    for part in 0..<max(work.parts, 0) { work.run(part, worker: 0) }
  }
}

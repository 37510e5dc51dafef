internal import Dispatch
internal import Synchronization

/// The one pool: workers that wait for parts of parallel loops.
///
/// The caller takes parts too, so a loop inside a loop, or two callers at once, always make
/// progress. Which thread takes which part is left to chance; results never depend on it, since
/// every part writes memory of its own.
final class ThreadPool: Sendable {
  static let shared = ThreadPool()

  private let loops = Mutex<[ParallelLoop]>([])
  private let work = DispatchSemaphore(value: 0)
  private let workers = Mutex(0)

  /// Calls `body` once for each part, on up to `threads` threads, and waits for all.
  func parallel(_ parts: Int, threads: Int, _ body: (_ part: Int) -> Void) {
    let helpers = min(parts, threads) - 1
    guard helpers > 0 else {
      for part in 0..<max(parts, 0) { body(part) }
      return
    }
    start(atLeast: helpers)
    withoutActuallyEscaping(body) { body in
      let loop = ParallelLoop(parts: parts, helpers: helpers, body: SharedBody(body))
      loops.withLock { $0.append(loop) }
      for _ in 0..<helpers { work.signal() }
      loop.run()
      // No helper may enter any more: those that have not yet will find nothing to do.
      loops.withLock { $0.removeAll { $0 === loop } }
      loop.finish()
    }
  }

  /// Every worker has a queue of its own, so that Dispatch gives it a thread of its own.
  private func start(atLeast count: Int) {
    workers.withLock { started in
      while started < count {
        DispatchQueue(label: "affine.worker.\(started)", qos: .userInitiated).async {
          while true { self.serve() }
        }
        started += 1
      }
    }
  }

  private func serve() {
    work.wait()
    let loop = loops.withLock { loops -> ParallelLoop? in
      guard let index = loops.firstIndex(where: \.wantsHelper) else { return nil }
      loops[index].enter()
      return loops[index]
    }
    loop?.help()
  }
}

/// A closure that crosses threads for the time of a loop, and is given back before its end.
private final class SharedBody: @unchecked Sendable {
  var call: ((Int) -> Void)?

  init(_ call: @escaping (Int) -> Void) { self.call = call }
}

/// One loop while it runs. `entered` and `helpers` change under the pool's lock only.
private final class ParallelLoop: Sendable {
  private let parts: Int
  private let helpers: Int
  private let body: SharedBody
  private let next = Atomic(0)
  private let entered = Atomic(0)
  private let left = DispatchSemaphore(value: 0)

  init(parts: Int, helpers: Int, body: SharedBody) {
    self.parts = parts
    self.helpers = helpers
    self.body = body
  }

  var wantsHelper: Bool {
    entered.load(ordering: .relaxed) < helpers && next.load(ordering: .relaxed) < parts
  }

  func enter() { entered.add(1, ordering: .relaxed) }

  /// Not inlined: when it returns, nothing of it holds the closure any more.
  @inline(never)
  func run() {
    while true {
      let part = next.add(1, ordering: .acquiringAndReleasing).oldValue
      guard part < parts, let call = body.call else { return }
      call(part)
    }
  }

  func help() {
    run()
    left.signal()
  }

  /// Waits for the helpers that entered, and gives the closure back.
  func finish() {
    for _ in 0..<entered.load(ordering: .acquiring) { left.wait() }
    body.call = nil
  }
}

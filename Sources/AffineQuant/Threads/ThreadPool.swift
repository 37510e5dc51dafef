internal import AffineKernels
internal import Dispatch
internal import Synchronization

/// The one pool: workers that wait for parts of parallel loops.
///
/// The caller takes parts too, so a loop inside a loop, or two callers at once, always make
/// progress. Which thread takes which part is left to chance; results never depend on it, since
/// every part writes memory of its own.
final class ThreadPool: Sendable {
  static let shared = ThreadPool()

  /// How often a thread looks again before it sleeps: some 50 µs, what waking it would cost. Operations
  /// come in quick succession, and each is several loops.
  fileprivate static let patience = 2000

  private let loops = Mutex<[ParallelLoop]>([])
  /// Invitations to help that no worker took yet.
  private let invitations = Atomic(0)
  private let sleepers = Atomic(0)
  private let alarm = DispatchSemaphore(value: 0)
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
      spinning { $0.append(loop) }
      invite(helpers)
      loop.run()
      // No helper may enter any more: those that have not yet will find nothing to do.
      spinning { $0.removeAll { $0 === loop } }
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

  /// A worker either sees the invitation before it sleeps, or is counted as a sleeper here: both sides
  /// write before they read, in one order for all.
  private func invite(_ count: Int) {
    invitations.add(count, ordering: .sequentiallyConsistent)
    let asleep = sleepers.load(ordering: .sequentiallyConsistent)
    for _ in 0..<min(asleep, count) { alarm.signal() }
  }

  private func serve() {
    guard takesInvitation() else {
      sleepers.add(1, ordering: .sequentiallyConsistent)
      if invitations.load(ordering: .sequentiallyConsistent) == 0 { alarm.wait() }
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      return
    }
    var found: ParallelLoop?
    spinning { loops in
      guard let index = loops.firstIndex(where: \.wantsHelper) else { return }
      loops[index].enter()
      found = loops[index]
    }
    found?.help()
  }

  /// Changes the list of loops. All threads of a loop come here at once and for a moment only, so one
  /// that has to wait stays awake: waking it would take longer than all the others together.
  private func spinning(_ body: (inout [ParallelLoop]) -> Void) {
    while loops.withLockIfAvailable({ body(&$0) }) == nil { aq_pause() }
  }

  private func takesInvitation() -> Bool {
    for _ in 0..<Self.patience {
      var count = invitations.load(ordering: .relaxed)
      while count > 0 {
        let exchange = invitations.weakCompareExchange(
          expected: count, desired: count - 1, ordering: .acquiringAndReleasing)
        if exchange.exchanged { return true }
        count = exchange.original
      }
      aq_pause()
    }
    return false
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
  private let done = Atomic(0)
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
    done.add(1, ordering: .releasing)
    left.signal()
  }

  /// Waits for the helpers that entered, and gives the closure back.
  func finish() {
    let helping = entered.load(ordering: .acquiring)
    for _ in 0..<ThreadPool.patience where done.load(ordering: .acquiring) < helping { aq_pause() }
    if done.load(ordering: .acquiring) < helping {
      for _ in 0..<helping { left.wait() }
    }
    body.call = nil
  }
}

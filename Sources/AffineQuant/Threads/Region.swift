internal import AffineKernels
internal import Dispatch

/// One parallel region while it runs: which parts are taken, and by whom it is helped.
///
/// Every member, a number below the threads asked for, has parts of its own, which lie side by side, and
/// takes them in ascending order: in the next region of the same size it reads the same memory again. Who
/// has no part left takes those of others, so a member that is late, or is none, holds nobody up.
@safe
final class Region: @unchecked Sendable {
  /// The next own part of each member: first phase, second phase.
  private let next = PaddedCounters(count: 2 * ThreadPool.maximumThreads)
  /// Ended parts of the first phase.
  private let prepared = PaddedCounters(count: 1)
  private var members = 1
  private var parts = (first: 0, second: 0)
  /// The work, and what calls it.
  private var call: (_ work: UnsafeRawPointer, _ phase: Int, _ part: Int, _ worker: Int) -> Void = {
    _, _, _, _ in
  }
  private var work = unsafe UnsafeRawPointer(bitPattern: 64)!

  /// What the caller sleeps on until a member has ended. It is the region's own: on one of the member, the
  /// next caller could take the signal of this one.
  let ended = DispatchSemaphore(value: 0)

  /// Members that slept when they were called, in order; each wakes two others.
  private(set) var sleepers: [Int] = []
  /// Which of them were woken.
  private let woken = PaddedCounters(count: ThreadPool.maximumThreads)

  /// Takes new work; nobody else knows the region yet.
  func prepare<Work: ParallelWork & ~Copyable>(
    _ work: UnsafePointer<Work>, threads: Int, preparations: Int, parts: Int
  ) {
    members = threads
    self.parts = (preparations, parts)
    unsafe self.work = UnsafeRawPointer(work)
    unsafe call = { work, phase, part, worker in
      let work = unsafe work.assumingMemoryBound(to: Work.self)
      if phase == 0 {
        unsafe work.pointee.prepare(part, worker: worker)
      } else {
        unsafe work.pointee.run(part, worker: worker)
      }
    }
    prepared.store(0, 0)
    for member in 0..<threads {
      next.store(2 * member, Self.start(of: member, threads, preparations))
      next.store(2 * member + 1, Self.start(of: member, threads, parts))
    }
    sleepers.removeAll(keepingCapacity: true)
  }

  private static func start(of member: Int, _ members: Int, _ parts: Int) -> Int {
    parts * member / members
  }

  /// Takes parts until none is left.
  func work(as member: Int) {
    if parts.first > 0 {
      take(phase: 0, parts.first, member, member)
      // Reading what others have left costs as much as a short part: first they get a moment.
      if member > 0 { for _ in 0..<32 where prepared.load(0) < parts.first { aq_pause() } }
      if prepared.load(0) < parts.first { steal(phase: 0, parts.first, member) }
      waitUntilPrepared()
    }
    take(phase: 1, parts.second, member, member)
    steal(phase: 1, parts.second, member)
  }

  private func steal(phase: Int, _ parts: Int, _ member: Int) {
    for offset in 1..<members { take(phase: phase, parts, (member + offset) % members, member) }
  }

  /// Takes what is left of the parts of a member.
  private func take(phase: Int, _ parts: Int, _ owner: Int, _ member: Int) {
    let end = Self.start(of: owner + 1, members, parts)
    // They are taken, all of them: no need to write to the line.
    guard next.load(2 * owner + phase) < end else { return }
    while true {
      let part = next.increment(2 * owner + phase)
      guard part < end else { return }
      unsafe call(work, phase, part, member)
      if phase == 0 { _ = prepared.increment(0) }
    }
  }

  /// Every part of the first phase is taken by someone who is at it, so this ends.
  private func waitUntilPrepared() {
    var spin = Spin()
    while prepared.load(0) < parts.first {
      if !spin.again() { aq_yield() }
    }
  }

  /// Notes a member that has to be woken.
  func addSleeper(_ member: Int) {
    woken.store(sleepers.count, 0)
    sleepers.append(member)
  }

  /// Which sleepers the caller (`nil`), or a sleeper, wakes.
  func wakes(_ place: Int?) -> Range<Int> {
    let first = place.map { 2 * $0 + 1 } ?? 0
    let end = place.map { 2 * $0 + 3 } ?? 1
    return min(first, sleepers.count)..<min(end, sleepers.count)
  }

  func noteWoken(_ place: Int) { woken.store(place, 1) }

  func isWoken(_ place: Int) -> Bool { woken.load(place) == 1 }
}

/// Looking again and again, for a limited time.
struct Spin {
  private var looks = 0
  private var end: UInt64 = 0
  /// About what it costs to sleep and be woken.
  private static let limit: UInt64 = 100_000

  /// Pauses; whether there is time for another look.
  mutating func again() -> Bool {
    aq_pause()
    looks += 1
    guard looks % 64 == 0 else { return true }
    let now = aq_nanoseconds()
    if end == 0 { end = now + Self.limit }
    return now < end
  }
}

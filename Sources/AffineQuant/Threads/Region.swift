internal import AffineKernels
internal import Dispatch

/// One parallel region while it runs: which parts are taken, and by whom it is helped.
///
/// Every member, a number below the threads asked for, has parts of its own, which lie side by side, and
/// takes them in ascending order: in the next region of the same size it reads the same memory again. Who
/// has no part left takes those of others, so a member that is late, or is none, holds nobody up.
@safe
final class Region: @unchecked Sendable {
  /// Where it is announced.
  let place: Int
  /// The next own part of each member, first phase and second phase, below the ``round`` that it counts in:
  /// what is left of another round is as good as the first part.
  private let next = PaddedCounters(count: 2 * ThreadPool.maximumThreads)
  /// Ended parts of the first phase.
  private let prepared = PaddedCounters(count: 1)
  /// The ticket by which members may join; 0: none may.
  private let admission = PaddedCounters(count: 1)
  private var members = 1
  private var parts = (first: 0, second: 0)
  private var round = 0
  /// The work, and what calls it.
  private var call: (_ work: UnsafeRawPointer, _ phase: Int, _ part: Int, _ worker: Int) -> Void = {
    _, _, _, _ in
  }
  private var work = unsafe UnsafeRawPointer(bitPattern: 64)!

  /// What the caller sleeps on until a member has ended. It is the region's own: on one of the member, the
  /// next caller could take the signal of this one.
  let ended = DispatchSemaphore(value: 0)

  private static let roundShift = 32

  init(place: Int) { self.place = place }

  /// Takes new work; nobody else may join yet.
  func prepare<Work: ParallelWork & ~Copyable>(
    _ work: UnsafePointer<Work>, threads: Int, preparations: Int, parts: Int
  ) {
    precondition(max(preparations, parts) < 1 << Self.roundShift - 1)
    members = threads
    self.parts = (preparations, parts)
    // Never 0, which is what counters hold before their first round.
    round = round % (1 << (Int.bitWidth - 1 - Self.roundShift) - 1) + 1
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
  }

  /// From now on members with the ticket may join.
  func admit(_ ticket: Int) { _ = admission.exchange(0, ticket) }

  /// From now on nobody may.
  func close() { _ = admission.exchange(0, 0) }

  func admits(_ ticket: Int) -> Bool { admission.loadInOrder(0) == ticket }

  /// The first part of a member. Who calls, the first, has one where any has.
  private static func start(of member: Int, _ members: Int, _ parts: Int) -> Int {
    (parts * member + members - 1) / members
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
    let index = 2 * owner + phase, round = round << Self.roundShift
    let end = round + Self.start(of: owner + 1, members, parts)
    let first = round + Self.start(of: owner, members, parts)
    var found = next.load(index)
    while true {
      let part = found >> Self.roundShift == self.round ? found : first
      guard part < end else { return }
      let before = next.replace(index, found, with: part + 1)
      guard before == found else {
        found = before
        continue
      }
      unsafe call(work, phase, part - round, member)
      if phase == 0 { prepared.increment(0) }
      found = next.load(index)
    }
  }

  /// Every part of the first phase is taken by someone who is at it, so this ends. Who waits long looks now and then:
  /// the other may have lost its processor, and this could be the one that it waits for.
  private func waitUntilPrepared() {
    var spin = Spin()
    while prepared.load(0) < parts.first {
      if !spin.again() { aq_sleep(50_000) }
    }
  }
}

/// Looking again and again, for a limited time.
package struct Spin {
  private var looks = 0
  private var end: UInt64 = 0
  /// Nanoseconds: about what it costs to sleep and be woken.
  package static let limit: UInt64 = 100_000

  package init() {}

  /// Pauses; whether there is time for another look.
  package mutating func again() -> Bool {
    aq_pause()
    looks += 1
    guard looks % 64 == 0 else { return true }
    let now = aq_nanoseconds()
    if end == 0 { end = now + Self.limit }
    return now < end
  }
}

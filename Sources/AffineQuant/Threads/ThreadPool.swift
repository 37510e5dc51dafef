internal import Dispatch
internal import Synchronization

/// The one pool: workers with numbers, which join the regions that callers announce.
///
/// Each of the first callers at one time has a place of its own for its announcement, so that workers who end
/// a region find those of others. Further callers share places, and the latest announcement there counts.
///
/// Joining and leaving cost a worker its own cache line alone, and the caller one announcement and a look at
/// each worker: what a claim of every worker took, a small product does not have. A caller works itself; one
/// whom nobody joins works alone. So a region inside of a region, or many callers at once, always make
/// progress. Results never depend on who takes which part, since every part writes memory of its own.
package final class ThreadPool: Sendable {
  package static let shared = ThreadPool()
  /// More threads than this are never started: far more than any core count they could help.
  static let maximumThreads = 256
  /// Callers at one time that do not hide each other: more would take workers long to look at.
  private static let places = 8

  /// The tickets of the latest regions, one a place.
  private let announcements = PaddedCounters(count: places)
  /// Places that were ever used: with one caller at a time, one.
  private let placesInUse = PaddedCounters(count: 1)
  /// The ticket of the region that each worker has joined, or is about to; 0: none.
  private let joined = PaddedCounters(count: maximumThreads)
  /// Whether each worker sleeps, and how many do.
  private let asleep = PaddedCounters(count: maximumThreads)
  private let sleepers = Atomic(0)
  private let wake = (0..<maximumThreads).map { _ in DispatchSemaphore(value: 0) }
  private let started = Mutex(1)
  /// Regions to use again; none is ever given back, so that who comes late may look at one.
  private let regions = Mutex<[Region]>([])
  private let regionCount = Atomic(0)
  private let rounds = Atomic(0)

  /// Does all parts of work on up to `threads` threads, and waits for them; `record` notes the region.
  package func run<Work: ParallelWork & ~Copyable>(
    _ work: borrowing Work, threads: Int, _ record: KernelRecord?
  ) {
    let (first, parts) = (work.preparations, work.parts)
    let threads = min(max(first, parts), threads, Self.maximumThreads)
    guard threads > 1 else {
      for part in 0..<max(first, 0) { work.prepare(part, worker: 0) }
      for part in 0..<max(parts, 0) { work.run(part, worker: 0) }
      return
    }
    record?.note(regionOf: threads)
    start(atLeast: threads)
    // Of the free regions the one of the first place, so that few callers have places of their own.
    let region =
      regions.withLock { free in
        free.indices.min { free[$0].place < free[$1].place }.map { free.remove(at: $0) }
      } ?? newRegion()
    unsafe withUnsafePointer(to: work) { work in
      unsafe region.prepare(work, threads: threads, preparations: first, parts: parts)
      let round = rounds.add(1, ordering: .relaxed).newValue
      let ticket = Ticket(region, threads: threads, round: round)
      region.admit(ticket.number)
      _ = announcements.exchange(region.place, ticket.number)
      wakeSome(below: threads)
      region.work(as: 0)
      region.close()
      for member in 1..<threads { wait(for: member, ticket, region) }
    }
    regions.withLock { $0.append(region) }
  }

  /// A region that lives as long as the process.
  private func newRegion() -> Region {
    let number = regionCount.add(1, ordering: .relaxed).oldValue
    if number < Self.places { placesInUse.increment(0) }
    let region = Region(place: number % Self.places)
    _ = unsafe Unmanaged.passRetained(region)
    return region
  }

  /// Waits for a member that has joined: after the region has closed, none does.
  private func wait(for member: Int, _ ticket: Ticket, _ region: Region) {
    var spin = Spin()
    while joined.loadInOrder(member) == ticket.number {
      guard !spin.again() else { continue }
      let awaited = ticket.number | Ticket.awaited
      if joined.replace(member, ticket.number, with: awaited) == ticket.number {
        region.ended.wait()
        return
      }
    }
  }

  /// Every worker has a queue of its own, so that Dispatch gives it a thread of its own.
  private func start(atLeast count: Int) {
    started.withLock { started in
      while started < count {
        let number = started
        DispatchQueue(label: "affine.worker.\(number)", qos: .userInitiated).async {
          self.serve(number)
        }
        started += 1
      }
    }
  }

  private func serve(_ number: Int) -> Never {
    var seen = SeenTickets(places: Self.places)
    while true {
      let ticket = Ticket(number: waitForAnnouncement(number, &seen))
      guard number < ticket.threads else { continue }
      // Named first, looked at then; a region closes first and looks for names then: one sees the other.
      _ = joined.exchange(number, ticket.number)
      ticket.withRegion { region in
        if region.admits(ticket.number) { region.work(as: number) }
        // A caller that sleeps keeps the region until it is woken.
        if joined.exchange(number, 0) & Ticket.awaited != 0 { region.ended.signal() }
      }
    }
  }

  /// Looks for a while, then sleeps; who was woken wakes others.
  private func waitForAnnouncement(_ number: Int, _ seen: inout SeenTickets) -> Int {
    var spin = Spin()
    while true {
      if let ticket = seen.next(announcements, placesInUse) { return ticket }
      if spin.again() { continue }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      _ = asleep.exchange(number, 1)
      // Who announces looks for sleepers after it: one sees the other.
      if seen.threads(announcements, placesInUse) == 0 || asleep.exchange(number, 0) == 0 {
        wake[number].wait()
        wakeSome(below: seen.threads(announcements, placesInUse))
      }
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      spin = Spin()
    }
  }

  /// Wakes up to two workers that sleep, each of which wakes two others.
  private func wakeSome(below threads: Int) {
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    var woken = 0
    for number in 1..<max(threads, 1) where asleep.loadInOrder(number) == 1 {
      guard asleep.exchange(number, 0) == 1 else { continue }
      wake[number].signal()
      woken += 1
      if woken == 2 { return }
    }
  }
}

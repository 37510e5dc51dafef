internal import Dispatch
internal import Synchronization

/// The one pool: workers with numbers, which help the region that claims them.
///
/// A caller claims workers that are free, and works itself; one that finds none works alone. So a region
/// inside of a region, or many callers at once, always make progress. Results never depend on who takes
/// which part, since every part writes memory of its own.
package final class ThreadPool: Sendable {
  package static let shared = ThreadPool()
  /// More threads than this are never started.
  static let maximumThreads = 256

  /// What each worker does: ``free``, ``asleep``, or the address of the region that claimed it, with
  /// ``running`` once it has begun.
  private let states = PaddedCounters(count: maximumThreads)
  private let started = Mutex(1)
  private let wake = (0..<maximumThreads).map { _ in DispatchSemaphore(value: 0) }
  /// Regions to use again.
  private let regions = Mutex<[Region]>([])

  private static let free = 0
  private static let asleep = 8
  // Bits that the address of a region leaves free.
  private static let running = 1
  private static let awaited = 2
  /// A worker that slept: only such a one looks for others to wake.
  private static let sleeper = 4

  /// Does all parts of work on up to `threads` threads, and waits for them.
  package func run<Work: ParallelWork & ~Copyable>(_ work: borrowing Work, threads: Int) {
    let (first, parts) = (work.preparations, work.parts)
    let threads = min(max(first, parts), threads, Self.maximumThreads)
    guard threads > 1 else {
      for part in 0..<max(first, 0) { work.prepare(part, worker: 0) }
      for part in 0..<max(parts, 0) { work.run(part, worker: 0) }
      return
    }
    start(atLeast: threads)
    let region = regions.withLock { $0.popLast() } ?? Region()
    unsafe withUnsafePointer(to: work) { work in
      unsafe region.prepare(work, threads: threads, preparations: first, parts: parts)
      claim(threads, region)
      for place in region.wakes(nil) { wakeUp(place, region) }
      region.work(as: 0)
      finish(threads, region)
    }
    regions.withLock { $0.append(region) }
  }

  /// The address by which states name a region.
  private static func address(_ region: Region) -> Int {
    unsafe Int(bitPattern: Unmanaged.passUnretained(region).toOpaque())
  }

  private func claim(_ threads: Int, _ region: Region) {
    let address = Self.address(region)
    for member in 1..<threads where !states.replace(member, Self.free, with: address) {
      // It cannot begin before it is woken, which is when all sleepers are noted.
      if states.replace(member, Self.asleep, with: address | Self.sleeper) {
        region.addSleeper(member)
      }
    }
  }

  private func wakeUp(_ place: Int, _ region: Region) {
    region.noteWoken(place)
    wake[region.sleepers[place]].signal()
  }

  /// Waits for members that have begun, and lets the others go. Sleepers come in their order: who wakes
  /// another has ended, or never will, before the other is looked at.
  private func finish(_ threads: Int, _ region: Region) {
    let address = Self.address(region)
    for place in region.sleepers.indices {
      let after = region.isWoken(place) ? Self.free : Self.asleep
      dismiss(region.sleepers[place], region, from: address | Self.sleeper, to: after)
    }
    for member in 1..<threads { dismiss(member, region, from: address, to: Self.free) }
  }

  private func dismiss(_ member: Int, _ region: Region, from claimed: Int, to state: Int) {
    if states.replace(member, claimed, with: state) { return }
    let begun = Self.address(region) | Self.running
    var spin = Spin()
    while states.load(member) == begun {
      guard !spin.again() else { continue }
      if states.replace(member, begun, with: begun | Self.awaited) {
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
          while true { self.serve(number) }
        }
        started += 1
      }
    }
  }

  private func serve(_ number: Int) {
    let state = waitForRegion(number)
    let address = state & ~Self.sleeper
    guard states.replace(number, state, with: address | Self.running),
      let opaque = unsafe UnsafeRawPointer(bitPattern: address)
    else { return }
    // The caller keeps the region until this member has ended.
    unsafe Unmanaged<Region>.fromOpaque(opaque)._withUnsafeGuaranteedRef { region in
      if state != address, let place = region.sleepers.firstIndex(of: number) {
        for other in region.wakes(place) { wakeUp(other, region) }
      }
      region.work(as: number)
      // A caller that sleeps keeps the region until it is woken.
      if states.exchange(number, Self.free) & Self.awaited != 0 { region.ended.signal() }
    }
  }

  /// Looks for a while, then sleeps.
  private func waitForRegion(_ number: Int) -> Int {
    var spin = Spin()
    while true {
      let state = states.load(number)
      if state != Self.free && state != Self.asleep { return state }
      if spin.again() { continue }
      if states.replace(number, Self.free, with: Self.asleep) { wake[number].wait() }
      spin = Spin()
    }
  }
}

import AffineQuant
import Dispatch
import Synchronization

/// The times of repeated runs of one piece of work.
package struct Timing {
  /// In seconds, shortest first.
  package let samples: [Double]
  /// Calls of all callers, where there were several, and the seconds from the first to the last.
  private let together: (calls: Int, seconds: Double)?

  /// Calls a second: by the median of one caller's; of several by all that they did, since those that wait for a core
  /// are in the time of few calls.
  package var callsPerSecond: Double {
    together.map { Double($0.calls) / $0.seconds } ?? 1 / median
  }

  package var median: Double { samples[samples.count / 2] }
  package var minimum: Double { samples[0] }
  package var maximum: Double { samples[samples.count - 1] }

  /// Takes times that were measured in rounds.
  init(_ rounds: [Timing]) {
    samples = rounds.flatMap(\.samples).sorted()
    let parts = rounds.compactMap(\.together)
    together =
      parts.isEmpty
      ? nil : (parts.reduce(0) { $0 + $1.calls }, parts.reduce(0) { $0 + $1.seconds })
  }

  /// Runs work for some seconds, after `warmUps` runs, and at least `atLeast` times.
  init(seconds: Double, warmUps: Int, atLeast: Int, _ work: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    for _ in 0..<warmUps { try work() }
    var samples: [Double] = []
    let started = clock.now
    while samples.count < atLeast || (clock.now - started).inSeconds < seconds {
      samples.append(try clock.measure(work).inSeconds)
    }
    self.samples = samples.sorted()
    together = nil
  }

  /// The same of several pieces of work at once, each on a thread of its own.
  init(seconds: Double, warmUps: Int, atLeast: Int, together works: [() throws -> Void]) throws {
    let results = Mutex<[Result<Timing, any Error>]>([])
    let group = DispatchGroup(), clock = ContinuousClock()
    let started = clock.now
    for (number, work) in works.enumerated() {
      let caller = Caller(work: work)
      DispatchQueue(label: "affine.caller.\(number)").async(group: group) {
        let result = Result {
          try Timing(seconds: seconds, warmUps: warmUps, atLeast: atLeast, caller.work)
        }
        results.withLock { $0.append(result) }
      }
    }
    group.wait()
    let seconds = (clock.now - started).inSeconds
    let timings = try results.withLock { try $0.map { try $0.get() } }
    samples = timings.flatMap(\.samples).sorted()
    together = (samples.count + warmUps * works.count, seconds)
  }

  /// Work that one thread alone runs.
  private struct Caller: @unchecked Sendable {
    let work: () throws -> Void
  }
}

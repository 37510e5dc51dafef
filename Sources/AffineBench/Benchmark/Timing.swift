import AffineQuant
import Dispatch
import Synchronization

/// The times of repeated runs of one piece of work.
package struct Timing {
  /// In seconds, shortest first.
  package let samples: [Double]

  package var median: Double { samples[samples.count / 2] }
  package var minimum: Double { samples[0] }
  package var maximum: Double { samples[samples.count - 1] }

  /// Takes times that were measured in rounds.
  init(_ rounds: [Timing]) { samples = rounds.flatMap(\.samples).sorted() }

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
  }

  /// The same of several pieces of work at once, each on a thread of its own.
  init(seconds: Double, warmUps: Int, atLeast: Int, together works: [() throws -> Void]) throws {
    let results = Mutex<[Result<Timing, any Error>]>([])
    let group = DispatchGroup()
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
    self.init(try results.withLock { try $0.map { try $0.get() } })
  }

  /// Work that one thread alone runs.
  private struct Caller: @unchecked Sendable {
    let work: () throws -> Void
  }
}

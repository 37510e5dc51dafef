import AffineQuant

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
}

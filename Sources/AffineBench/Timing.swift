import AffineQuant

/// The times of repeated runs of one piece of work.
package struct Timing {
  /// In seconds, shortest first.
  package let samples: [Double]
  /// The medians of the rounds, in their order.
  package let roundMedians: [Double]

  package var median: Double { Self.median(samples) }
  package var minimum: Double { samples[0] }
  package var maximum: Double { samples[samples.count - 1] }

  /// Rounds that the runs are cut into: what the machine does meanwhile lasts for one of them or for more,
  /// so their medians say how far another measurement may lie.
  private static let rounds = 5

  /// Runs work for some seconds, after `warmUps` runs, and at least `atLeast` times.
  package init(
    seconds: Double, warmUps: Int = 2, atLeast: Int = 5, _ work: () throws -> Void
  ) rethrows {
    let clock = ContinuousClock()
    for _ in 0..<warmUps { try work() }
    var samples: [Double] = []
    let started = clock.now
    while samples.count < atLeast || (clock.now - started).inSeconds < seconds {
      samples.append(try clock.measure(work).inSeconds)
    }
    let rounds = min(Self.rounds, samples.count)
    roundMedians = (0..<rounds).map { round in
      let part = samples[samples.count * round / rounds..<samples.count * (round + 1) / rounds]
      return Self.median(part.sorted())
    }
    self.samples = samples.sorted()
  }

  private static func median(_ sorted: [Double]) -> Double { sorted[sorted.count / 2] }
}

import AffineQuant

/// The times of repeated runs of one piece of work.
struct Timing {
  let samples: [Double]

  var median: Double { samples[samples.count / 2] }
  var minimum: Double { samples[0] }

  /// Runs work for some seconds, after `warmUps` runs, and at least `atLeast` times.
  init(seconds: Double, warmUps: Int = 2, atLeast: Int = 5, _ work: () throws -> Void) rethrows {
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

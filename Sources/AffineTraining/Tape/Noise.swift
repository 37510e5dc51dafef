internal import AffineQuant

/// The random numbers of one training step: a stream for each tensor that rounds at random.
///
/// Streams are taken in the order of the program, so a seed fixes all of them on any number of threads.
final class Noise {
  /// The step that streams belong to.
  let step: UInt64
  private let seed: UInt64
  private var streams = 0

  /// Streams of a step of a run.
  init(seed: UInt64, step: UInt64) {
    self.seed = seed
    self.step = step
  }

  /// A seed that no other stream of this step has.
  func nextSeed() -> UInt64 {
    streams += 1
    return SplitMix.seed(seed, stream: streams)
  }

  /// How many streams were taken: where ``replaying(from:_:)`` starts again.
  var position: Int { streams }

  /// Gives streams that were taken before once more; those that follow are as if nothing had happened.
  func replaying<Result>(
    from position: Int, _ body: () throws(TrainingError) -> Result
  ) throws(TrainingError) -> Result {
    let end = streams
    streams = position
    defer { streams = end }
    return try body()
  }

  /// Rounds at random, with numbers of its own.
  func nextRounding() -> Rounding { .stochastic(seed: nextSeed(), step: step) }
}

internal import AffineQuant

/// What rounding took from a bucket: from what this rank sent, and from the sum that it shared.
struct RoundingErrors {
  var own, sum: Matrix<Float>?
}

/// The random numbers of one rank's step.
struct ExchangeRounding {
  private var seed: UInt64 = 0
  private var step: UInt64 = 0

  /// Of no step.
  init() {}

  init(seed: UInt64, step: Int, rank: Int) {
    // A stream that neither batches nor parameters draw from.
    self.seed = SplitMix.seed(SplitMix.seed(seed, stream: -2), stream: rank)
    self.step = UInt64(step)
  }

  func callAsFunction(_ bucket: Int, isSum: Bool) -> Rounding {
    .stochastic(seed: SplitMix.seed(seed, stream: 2 * bucket + (isSum ? 1 : 0)), step: step)
  }
}

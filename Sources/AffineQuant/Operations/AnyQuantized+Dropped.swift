extension AnyQuantized {
  /// Dropout on codes: those that ``Elementwise/dropout(_:probability:seed:step:on:)`` drops become zero,
  /// and all scales are divided by `1 − p`.
  ///
  /// - Precondition: Codes are symmetric bytes, and `probability` is at least 0 and below 1.
  package func dropped(probability: Float, seed: UInt64, step: UInt64) -> AnyQuantized {
    precondition(quantizedType.storage == .signed(bits: 8) && probability >= 0 && probability < 1)
    let (key, factor) = (SplitMix.key(seed: seed, step: step), 1 / (1 - probability))
    let (source, scales) = (core.codes.span, core.scales.span)
    let codes = Buffer<UInt8>(count: source.count, zeroed: false) { codes in
      for index in codes.indices {
        codes[index] = Rounding.uniform(key, index) < probability ? 0 : source[index]
      }
    }
    let grown = Buffer<Float>(count: scales.count, zeroed: false) { grown in
      for index in grown.indices { grown[index] = scales[index] * factor }
    }
    return AnyQuantized(
      CodeMatrix(
        type: core.type.flat, grid: core.grid, codes: codes, scales: grown,
        zeroPoints: core.zeroPoints,
        biases: core.biases))
  }
}

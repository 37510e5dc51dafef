public import AffineQuant

extension Sampler {
  /// A token, its logit, and its part of the probability times a factor that all share.
  private struct Candidate {
    let token: Int
    let logit: Float
    let weight: Double
  }

  /// Chooses a token.
  ///
  /// - Parameters:
  ///   - logits: One a token, 1 × vocabulary.
  ///   - step: Which choice of the text it is: every step has a random number of its own.
  ///   - recent: Tokens that the repetition penalty is for.
  /// - Returns: The token's number.
  /// - Throws: ``LlamaError/notFinite(token:)`` for a logit that is NaN or infinite.
  public func token(
    from logits: Matrix<Float>, step: Int = 0, recent: some Sequence<Int> = EmptyCollection()
  ) throws(LlamaError) -> Int {
    precondition(logits.shape.rows == 1 && logits.shape.columns > 0, "logits of \(logits.shape)")
    let values = repetitionPenalty == 1 ? logits.values : penalized(logits.values, recent)
    let largest = try Self.largest(values.span)
    if temperature == 0 { return largest }
    let candidates = likeliest(values.span, values.span[largest])
    let total = candidates.reduce(0) { $0 + $1.weight }
    // 53 random bits.
    let word = SplitMix.word(SplitMix.key(seed: seed, step: UInt64(step)), 0)
    var left = Double(word >> 11) * 0x1p-53 * total
    for candidate in candidates {
      left -= candidate.weight
      if left < 0 { return candidate.token }
    }
    return candidates[candidates.count - 1].token
  }

  private static func largest(_ values: borrowing Span<Float>) throws(LlamaError) -> Int {
    var (place, sum) = (0, Float(0))
    for token in values.indices {
      if values[token] > values[place] { place = token }
      // Becomes NaN with the first value that is not finite.
      sum += values[token] * 0
    }
    guard sum == 0 else {
      var token = 0
      while values[token].isFinite { token += 1 }
      throw .notFinite(token: token)
    }
    return place
  }

  private func penalized(_ values: Buffer<Float>, _ recent: some Sequence<Int>) -> Buffer<Float> {
    var values = values.array
    let largest = Float.greatestFiniteMagnitude
    for token in Set(recent) where values.indices.contains(token) {
      let value = values[token]
      // Infinite logits are a model's error, which a strong penalty is not.
      guard value.isFinite else { continue }
      let product = value > 0 ? value / repetitionPenalty : value * repetitionPenalty
      values[token] = product.isFinite ? product : product < 0 ? -largest : largest
    }
    return Buffer(values)
  }

  /// What is kept, the likeliest first, of equal ones the one of the smaller number.
  private func likeliest(_ values: borrowing Span<Float>, _ largest: Float) -> [Candidate] {
    var candidates: [Candidate] = []
    candidates.reserveCapacity(values.count)
    for token in values.indices {
      let distance = (Double(values[token]) - Double(largest)) / Double(temperature)
      candidates.append(
        Candidate(
          token: token, logit: values[token], weight: FloatFunctions.exponential(distance)))
    }
    guard topK != nil || topP < 1 else { return candidates }
    // Not by weights, which a high temperature makes equal.
    candidates.sort { ($1.logit, $0.token) < ($0.logit, $1.token) }
    if let topK { candidates.removeLast(max(candidates.count - topK, 0)) }
    guard topP < 1 else { return candidates }
    let wanted = Double(topP) * candidates.reduce(0) { $0 + $1.weight }
    var sum = 0.0
    let end = candidates.firstIndex { candidate in
      sum += candidate.weight
      return sum >= wanted
    }
    return Array(candidates[...(end ?? candidates.count - 1)])
  }
}

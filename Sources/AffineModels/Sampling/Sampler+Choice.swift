public import AffineQuant

extension Sampler {
  /// Chooses a token.
  ///
  /// - Parameters:
  ///   - logits: One a token, 1 × vocabulary.
  ///   - step: Which choice of the text it is: every step has a random number of its own.
  ///   - tokens: The text so far.
  /// - Returns: The token's number.
  /// - Throws: ``LanguageModelError/notFinite(token:)`` for a logit that is NaN or infinite, also where a processor
  ///   made it NaN or +∞; ``LanguageModelError/nothingToChoose`` where processors took all tokens out.
  public func token(
    from logits: Matrix<Float>, step: Int = 0, after tokens: [Int] = []
  ) throws(LanguageModelError) -> Int {
    precondition(logits.shape.rows == 1 && logits.shape.columns > 0, "logits of \(logits.shape)")
    var scratch: [Float] = []
    return try token(from: logits, row: 0, step: step, after: tokens, &scratch)
  }

  /// The same of a row of several; what processors change is kept for the next choice.
  func token(
    from logits: Matrix<Float>, row: Int, step: Int, after tokens: [Int], _ scratch: inout [Float]
  ) throws(LanguageModelError) -> Int {
    let count = logits.shape.columns
    let values = logits.values.span.extracting(row * count..<(row + 1) * count)
    let largest = try Self.largest(values)
    if processors.isEmpty { return draws ? drawn(values, largest, step) : largest }
    if scratch.count != count { scratch = [Float](repeating: 0, count: count) }
    for token in scratch.indices { scratch[token] = values[token] }
    var changed = scratch.mutableSpan
    for processor in processors { processor.process(&changed, after: tokens) }
    let best = try Self.largestLeft(scratch.span)
    return draws ? drawn(scratch.span, best, step) : best
  }

  /// The largest of logits that are all finite.
  private static func largest(_ values: borrowing Span<Float>) throws(LanguageModelError) -> Int {
    // Many at a time: neither the largest nor whether all are finite hangs on the order.
    var (largest, zeros) = (SIMD16(repeating: -Float.infinity), SIMD16<Float>())
    let whole = values.count / 16 * 16
    for start in stride(from: 0, to: whole, by: 16) {
      let block = unsafe values.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: start * MemoryLayout<Float>.stride, as: SIMD16<Float>.self)
      largest.replace(with: block, where: block .> largest)
      // Becomes NaN with the first value that is not finite.
      zeros += block * 0
    }
    var (most, sum) = (largest.max(), zeros.sum())
    for token in whole..<values.count {
      most = max(most, values[token])
      sum += values[token] * 0
    }
    var token = 0
    guard sum == 0 else {
      while values[token].isFinite { token += 1 }
      throw .notFinite(token: token)
    }
    while values[token] != most { token += 1 }
    return token
  }

  /// The largest of logits of which some may be −∞.
  private static func largestLeft(
    _ values: borrowing Span<Float>
  ) throws(LanguageModelError) -> Int {
    var place = 0
    for token in values.indices {
      guard values[token] < .infinity else { throw .notFinite(token: token) }
      if values[token] > values[place] { place = token }
    }
    guard values[place] > -.infinity else { throw .nothingToChoose }
    return place
  }

  private func drawn(_ values: borrowing Span<Float>, _ largest: Int, _ step: Int) -> Int {
    let best = Double(values[largest])
    var total = 0.0
    for token in values.indices {
      total += FloatFunctions.exponential(Double(values[token]) - best)
    }
    // 53 random bits.
    let word = SplitMix.word(SplitMix.key(seed: seed, step: UInt64(step)), 0)
    var left = Double(word >> 11) * 0x1p-53 * total
    for token in values.indices {
      left -= FloatFunctions.exponential(Double(values[token]) - best)
      if left < 0 { return token }
    }
    return largest
  }
}

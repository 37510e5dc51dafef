internal import AffineQuant

extension LinearProducts {
  /// Both gradients from one gradient in two 4-bit halves.
  ///
  /// With sampling, of the rows of both halves about as many are kept as one half has, the likelier the
  /// more a row adds; what is kept is divided by its probability, so that the mean is exact
  /// (arXiv 2306.11987, section 4.3).
  func backward(
    inHalves gradient: StoredMatrix, _ input: StoredMatrix, _ weight: StoredMatrix
  ) throws(QuantizationError) -> Gradients {
    let split = try BitSplit(
      gradient.floats(on: execution), seed: noise.nextSeed(), step: noise.step, on: execution
    )
    guard recipe.samplesRows else { return try backward(split, input, weight) }
    let (rows, x) = (gradient.shape.rows, input.floats(on: execution))
    let halves = split.stacked(on: execution)
    let scores = halves.rowNorms(on: execution)
    let inputNorms = x.rowNorms(on: execution)
    let forInput = try sampling(scores, keeping: rows)
    let forWeight = try sampling(
      scores.indices.map { scores[$0] * inputNorms[$0 % rows] }, keeping: rows)
    return try shaped { () throws(ShapeError) in
      let kept = try AffineQuant.inputGradient(
        forInput.weighted(halves, on: execution), weight.floats(on: execution), on: execution)
      let inputs = Embedding.gather(x, rows: forWeight.rows.map { $0 % rows }, on: execution)
      return Gradients(
        input: Embedding.scatterGradient(
          kept, rows: forInput.rows.map { $0 % rows }, tableRows: rows, on: execution),
        weight: try AffineQuant.weightGradient(
          forWeight.weighted(halves, on: execution), inputs, on: execution))
    }
  }

  private func backward(
    _ split: BitSplit, _ input: StoredMatrix, _ weight: StoredMatrix
  ) throws(QuantizationError) -> Gradients {
    let (high, low) = (split.high.operand, split.low.operand)
    var dx = try product(.inputGradient, high, weight.operand)
    var dw = try product(.weightGradient, high, input.operand)
    let (restX, restW) = (
      try product(.inputGradient, low, weight.operand),
      try product(.weightGradient, low, input.operand)
    )
    Elementwise.accumulate(&dx, restX, on: execution)
    Elementwise.accumulate(&dw, restW, on: execution)
    return Gradients(input: dx, weight: dw)
  }

  private func sampling(
    _ scores: [Double], keeping rows: Int
  ) throws(QuantizationError) -> LeverageSampling {
    do throws(SamplingError) {
      return try LeverageSampling(
        scores: scores, budget: Double(rows), seed: noise.nextSeed(), step: noise.step)
    } catch {
      // Scores are roots of sums of squares of codes, and never negative.
      throw .notFinite(.nan, row: 0, column: 0)
    }
  }
}

extension AnyQuantized {
  fileprivate var operand: ErasedOperand { .quantized(core) }
}

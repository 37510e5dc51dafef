internal import AffineLayers
internal import AffineQuant

extension LinearProducts {
  /// Both gradients from one gradient in two 4-bit halves.
  ///
  /// With sampling, of the rows of both halves about as many are kept as one half has, the likelier the
  /// more a row adds; what is kept is divided by its probability, so that the mean is exact
  /// (arXiv 2306.11987, section 4.3).
  func backward(
    inHalves gradient: StoredMatrix, _ input: StoredMatrix, _ weight: StoredMatrix,
    wantsInput: Bool, wantsWeight: Bool
  ) throws(QuantizationError) -> Gradients {
    let split = try BitSplit(
      gradient.floats(on: execution), seed: noise.nextSeed(), step: noise.step, on: execution
    )
    let samples = recipe.sampledProducts
    let halves = samples.isEmpty ? gradient.floats(on: execution) : split.stacked(on: execution)
    var gradients = Gradients()
    if wantsInput {
      gradients.input =
        samples.contains(.inputGradient)
        ? try sampledInput(halves, weight) : try sum(.inputGradient, split, weight.operand)
    }
    if wantsWeight {
      gradients.weight =
        samples.contains(.weightGradient)
        ? try sampledWeight(halves, input)
        : try sum(.weightGradient, split, input.operand)
    }
    return gradients
  }

  private func sampledInput(
    _ halves: Matrix<Float>, _ weight: StoredMatrix
  ) throws(QuantizationError) -> Matrix<Float> {
    let rows = halves.shape.rows / 2
    let scores = LeverageSampling.inputGradientScores(halves, on: execution)
    let sampling = try sampling(scores, keeping: rows)
    return try shaped { () throws(ShapeError) in
      let kept = try AffineQuant.inputGradient(
        sampling.weighted(halves, on: execution), weight.floats(on: execution), on: execution)
      return Embedding.scatterGradient(
        kept, rows: sampling.rows.map { $0 % rows }, tableRows: rows, on: execution)
    }
  }

  private func sampledWeight(
    _ halves: Matrix<Float>, _ input: StoredMatrix
  ) throws(QuantizationError) -> Matrix<Float> {
    let (rows, x) = (halves.shape.rows / 2, input.floats(on: execution))
    let scores = try shaped { () throws(ShapeError) in
      try LeverageSampling.weightGradientScores(halves, x, on: execution)
    }
    let sampling = try sampling(scores, keeping: rows)
    return try shaped { () throws(ShapeError) in
      let inputs = Embedding.gather(x, rows: sampling.rows.map { $0 % rows }, on: execution)
      return try AffineQuant.weightGradient(
        sampling.weighted(halves, on: execution), inputs, on: execution)
    }
  }

  /// The products of both halves with an operand, added.
  private func sum(
    _ operation: MatrixOperation, _ split: BitSplit, _ right: ErasedOperand
  ) throws(QuantizationError) -> Matrix<Float> {
    var sum = try product(operation, split.high.operand, right)
    let rest = try product(operation, split.low.operand, right)
    Elementwise.accumulate(&sum, rest, on: execution)
    return sum
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

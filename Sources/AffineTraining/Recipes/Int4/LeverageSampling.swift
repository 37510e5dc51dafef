public import AffineQuant

/// Rows drawn for a product that contracts them, each with a weight that makes the mean exact.
///
/// A row is kept with a probability in proportion to its score, as far as this is below 1, and counts
/// 1 / probability times.
///
/// Source: Xi et al., "Training Transformers with 4-bit Integers" (arXiv 2306.11987).
public struct LeverageSampling: Sendable, Equatable {
  /// Of every row, in 0…1; their sum is the budget, or the count of rows with a score if that is less.
  public let probabilities: [Double]
  /// The rows kept, in ascending order.
  public let rows: [Int]
  /// How often each kept row counts: at least once.
  public let weights: [Float]

  /// Draws rows.
  ///
  /// - Parameters:
  ///   - scores: One a row, at least 0 and finite; a row of score 0 is never kept.
  ///   - budget: How many rows to keep in the mean.
  ///   - seed: Of the draw.
  ///   - step: Of training: another one draws anew.
  /// - Throws: ``SamplingError``.
  public init(
    scores: [Double], budget: Double, seed: UInt64, step: UInt64 = 0
  ) throws(SamplingError) {
    probabilities = try Self.probabilities(of: scores, budget: budget)
    rows = probabilities.indices.filter { [probabilities] row in
      Rounding.draw(seed: seed, step: step, index: row) < probabilities[row]
    }
    weights = rows.map { [probabilities] in Float(1 / probabilities[$0]) }
  }

  /// Fills up to the budget like water: in proportion to the scores, with what goes beyond 1 spread over
  /// the rest until none does.
  ///
  /// - Parameters:
  ///   - scores: One a row, none negative.
  ///   - budget: How many rows are kept on average.
  /// - Returns: The probability of each row to be kept.
  /// - Throws: ``SamplingError``.
  public static func probabilities(
    of scores: [Double], budget: Double
  ) throws(SamplingError) -> [Double] {
    guard budget >= 0, budget.isFinite else { throw .invalidBudget(budget) }
    for (row, score) in scores.enumerated() where !(score >= 0 && score.isFinite) {
      throw .invalidScore(score, row: row)
    }
    // Divided by the largest, so that no sum overflows.
    let largest = scores.max() ?? 0
    guard largest > 0 else { return scores.map { _ in 0 } }
    let shares = scores.map { $0 / largest }
    var probabilities = shares.map { _ in 0.0 }
    var open = shares.indices.filter { shares[$0] > 0 }
    var left = budget
    while !open.isEmpty {
      let sum = open.reduce(0) { $0 + shares[$1] }
      let (full, rest) = (
        open.filter { shares[$0] * left >= sum }, open.filter { shares[$0] * left < sum }
      )
      for row in full { probabilities[row] = 1 }
      guard !full.isEmpty else {
        for row in rest { probabilities[row] = shares[row] * left / sum }
        break
      }
      left = max(left - Double(full.count), 0)
      open = rest
    }
    return probabilities
  }

  /// The kept rows of a matrix, each times its weight.
  ///
  /// - Parameters:
  ///   - matrix: As many rows as were drawn from, or more.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: One row for each of ``rows``.
  /// - Throws: ``AffineQuant/ShapeError/outOfRange(axis:index:extent:)``.
  public func weighted(
    _ matrix: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    try gathered(matrix, weights, on: execution)
  }

  /// The kept rows of a matrix, as they are.
  ///
  /// - Parameters:
  ///   - matrix: As many rows as were drawn from, or more.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: One row for each of ``rows``.
  /// - Throws: ``AffineQuant/ShapeError/outOfRange(axis:index:extent:)``.
  public func gathered(
    _ matrix: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    try gathered(matrix, nil, on: execution)
  }

  private func gathered(
    _ matrix: Matrix<Float>, _ weights: [Float]?, on execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    if let last = rows.last, last >= matrix.shape.rows {
      throw .outOfRange(axis: "row", index: last, extent: matrix.shape.rows)
    }
    return Matrix(Shape(rows.count, matrix.shape.columns), on: execution) { place, output in
      let (values, weight) = (matrix.row(rows[place]), weights?[place] ?? 1)
      for column in values.indices { output[column] = values[column] * weight }
    }
  }
}

public import AffineQuant

extension LeverageSampling {
  /// The scores for `G · W`, whose rows are rows of `G`: their norms.
  ///
  /// - Parameters:
  ///   - gradient: `m × n`.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: `m` numbers.
  public static func inputGradientScores(
    _ gradient: Matrix<Float>, on execution: Execution = .standard
  ) -> [Double] {
    gradient.rowNorms(on: execution)
  }

  /// The scores for `Gᵀ · X`, which contracts the rows of both: the norm of a row's contribution.
  ///
  /// `G` may have twice the rows of `X`: two halves above each other, which meet the same inputs.
  ///
  /// - Parameters:
  ///   - gradient: `m × n` or `2m × n`.
  ///   - input: `m × k`.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: One number a row of `gradient`.
  /// - Throws: ``AffineQuant/ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public static func weightGradientScores(
    _ gradient: Matrix<Float>, _ input: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> [Double] {
    let rows = input.shape.rows
    guard gradient.shape.rows == rows || gradient.shape.rows == 2 * rows else {
      throw .mismatchedExtent(axis: "rows", lhs: gradient.shape.rows, rhs: input.shape.rows)
    }
    let norms = input.rowNorms(on: execution)
    return gradient.rowNorms(on: execution).enumerated().map { $1 * norms[$0 % rows] }
  }
}

/// Rows that cannot be drawn.
public enum SamplingError: Error, Hashable {
  /// A score that is negative or not finite.
  case invalidScore(Double, row: Int)
  /// A budget that is negative or not finite.
  case invalidBudget(Double)
}

extension SamplingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalidScore(let score, let row):
      "row \(row) has a score of \(score); only finite ones from 0 on give a probability"
    case .invalidBudget(let budget):
      "\(budget) rows cannot be drawn: ask for a finite number from 0 on"
    }
  }
}

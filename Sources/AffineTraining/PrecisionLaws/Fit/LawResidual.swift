/// A measured loss beside what a law says.
public struct LawResidual: Sendable, Hashable, Codable {
  /// The row.
  public let row: LawRow
  /// What the law says.
  public let predicted: Double
  /// By how much the law says more than was measured, in parts of the measured loss.
  public var error: Double { predicted / row.loss - 1 }
}

extension PrecisionLaw {
  /// What the law says of rows.
  ///
  /// - Parameter rows: Measured losses.
  /// - Returns: Those that the law holds for; rows of bits that leave nothing of a model are left out.
  public func residuals(_ rows: [LawRow]) -> [LawResidual] {
    rows.compactMap { row in
      let prediction = try? predict(
        parameters: row.parameters, tokens: row.tokens, precision: row.precision,
        postBits: row.postBits)
      return prediction.map { LawResidual(row: row, predicted: $0.loss) }
    }
  }
}

extension [LawResidual] {
  /// The mean of the magnitudes of errors; `nil` without rows.
  public var meanAbsoluteError: Double? {
    isEmpty ? nil : reduce(0) { $0 + $1.error.magnitude } / Double(count)
  }

  /// The largest magnitude of an error.
  public var largestError: Double? { map(\.error.magnitude).max() }

  /// Which part of the variance of losses is explained; `nil` where losses do not vary.
  public var explainedVariance: Double? {
    guard !isEmpty else { return nil }
    let mean = reduce(0) { $0 + $1.row.loss } / Double(count)
    func square(_ value: Double) -> Double { value * value }
    let variance = reduce(0) { $0 + square($1.row.loss - mean) }
    guard variance > 0 else { return nil }
    return 1 - reduce(0) { $0 + square($1.predicted - $1.row.loss) } / variance
  }
}

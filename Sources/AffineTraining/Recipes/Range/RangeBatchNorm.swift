public import AffineQuant

/// Batch norm that divides by the range of a column instead of its deviation, which needs no squares
/// and so survives few bits.
///
///     y = gain · (x − mean) / (C(rows) · (max − min) + epsilon) + bias
///
/// Source: Banner et al., "Scalable Methods for 8-bit Training of Neural Networks" (arXiv 1805.11046).
public struct RangeBatchNorm: Sendable, Hashable, Codable {
  /// What stands between a range and a deviation.
  public var constant: RangeConstant
  /// What is added to the scale of a column.
  public var epsilon: Float

  /// Takes the constants.
  public init(constant: RangeConstant = .fitted, epsilon: Float = 1e-5) {
    self.constant = constant
    self.epsilon = epsilon
  }

  /// Means and scales of the columns of a batch.
  public func statistics(
    of input: Matrix<Float>, on execution: Execution = .standard
  ) -> RangeStatistics {
    let (rows, columns) = (input.shape.rows, input.shape.columns)
    guard rows > 0 else {
      let zeros = [Float](repeating: 0, count: columns)
      return RangeStatistics(
        means: zeros, scales: zeros.map { _ in epsilon }, minima: zeros, maxima: zeros)
    }
    // Less the first row: a constant column then has exactly its value as mean.
    let sums = Matrix.gathered(
      rows: rows, columns: columns, from: 0, on: execution, combine: +
    ) { row, sums in
      let (values, first) = (input.row(row), input.row(0))
      for column in sums.indices { sums[column] += values[column] - first[column] }
    }
    let ends = Matrix.gathered(
      rows: rows, columns: 2 * columns, from: .infinity, on: execution, combine: min
    ) { row, ends in
      let values = input.row(row)
      for column in values.indices {
        let value = values[column]
        ends[column] = min(ends[column], value)
        ends[columns + column] = min(ends[columns + column], -value)
      }
    }
    let factor = constant.factor(count: rows)
    return RangeStatistics(
      means: (0..<columns).map { Float(Double(input.row(0)[$0]) + sums[$0] / Double(rows)) },
      scales: (0..<columns).map {
        Float(factor * (-ends[columns + $0] - ends[$0]) + Double(epsilon))
      },
      minima: ends[..<columns].map { Float($0) }, maxima: ends[columns...].map { Float(-$0) })
  }

  /// Normalises a batch by its own statistics.
  ///
  /// - Parameters:
  ///   - input: `rows × columns`.
  ///   - gain: `1 × columns`.
  ///   - bias: `1 × columns`.
  ///   - execution: Threads; the result does not depend on them.
  /// - Returns: The output, and what the backward pass and running statistics need.
  /// - Throws: ``AffineQuant/ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public func forward(
    _ input: Matrix<Float>, gain: Matrix<Float>, bias: Matrix<Float>,
    on execution: Execution = .standard
  ) throws(ShapeError) -> (output: Matrix<Float>, statistics: RangeStatistics) {
    let statistics = statistics(of: input, on: execution)
    let output = try Self.normalised(input, statistics, gain: gain, bias: bias, on: execution)
    return (output, statistics)
  }

  /// Normalises by running statistics: what a trained network does.
  ///
  /// - Throws: ``AffineQuant/ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public func forward(
    _ input: Matrix<Float>, _ running: RunningRange, gain: Matrix<Float>, bias: Matrix<Float>,
    on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    let statistics = RangeStatistics(
      means: running.means, scales: running.scales, minima: [], maxima: [])
    return try Self.normalised(input, statistics, gain: gain, bias: bias, on: execution)
  }

  private static func normalised(
    _ input: Matrix<Float>, _ statistics: RangeStatistics, gain: Matrix<Float>,
    bias: Matrix<Float>, on execution: Execution
  ) throws(ShapeError) -> Matrix<Float> {
    let shape = input.shape
    try Shape(1, shape.columns).requireEqual(Shape(1, statistics.means.count))
    try Shape(1, shape.columns).requireEqual(Shape(1, statistics.scales.count))
    try Shape(1, shape.columns).requireEqual(gain.shape)
    try Shape(1, shape.columns).requireEqual(bias.shape)
    let inverses = statistics.scales.indices.map(statistics.inverse)
    return Matrix(shape, on: execution) { row, output in
      let (values, gain, bias) = (input.row(row), gain.row(0), bias.row(0))
      for column in values.indices {
        let normal = (values[column] - statistics.means[column]) * inverses[column]
        output[column] = normal * gain[column] + bias[column]
      }
    }
  }
}

public import AffineQuant

/// Layer norm that divides by the range of a row instead of its deviation.
///
///     y = gain · (x − mean) / (C(columns) · (max − min) + epsilon) + bias
///
/// It is the paper's Range BN over the columns of a row instead of the rows of a batch, so that a token
/// does not depend on its batch. It needs no squares, and so survives few bits.
///
/// Source: Banner et al., "Scalable Methods for 8-bit Training of Neural Networks" (arXiv 1805.11046).
public struct RangeNorm: Sendable, Hashable, Codable {
  /// What is added to the scale of a row.
  public var epsilon: Float

  /// Takes what keeps the divisor from 0.
  ///
  /// - Parameter epsilon: What is added to the scale of a row.
  public init(epsilon: Float = 1e-5) { self.epsilon = epsilon }

  /// Normalises every row.
  ///
  /// - Parameters:
  ///   - input: `rows × columns`.
  ///   - gain: `1 × columns`.
  ///   - bias: `1 × columns`.
  ///   - execution: Threads; the result does not depend on them.
  /// - Returns: The output, and what the backward pass needs.
  /// - Throws: ``AffineQuant/ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public func forward(
    _ input: Matrix<Float>, gain: Matrix<Float>, bias: Matrix<Float>,
    on execution: Execution = .standard
  ) throws(ShapeError) -> (output: Matrix<Float>, statistics: RangeStatistics) {
    try Shape(1, input.shape.columns).requireEqual(gain.shape)
    try Shape(1, input.shape.columns).requireEqual(bias.shape)
    let statistics = statistics(of: input, on: execution)
    let output = Matrix(input.shape, on: execution) { row, output in
      let (values, gain, bias) = (input.row(row), gain.row(0), bias.row(0))
      let (mean, inverse) = (statistics.means[row], statistics.inverse(row))
      for column in values.indices {
        output[column] = (values[column] - mean) * inverse * gain[column] + bias[column]
      }
    }
    return (output, statistics)
  }

  /// Mean, smallest and largest of every row.
  private func statistics(of input: Matrix<Float>, on execution: Execution) -> RangeStatistics {
    let (rows, columns) = (input.shape.rows, input.shape.columns)
    guard columns > 0 else {
      let zeros = [Float](repeating: 0, count: rows)
      return RangeStatistics(means: zeros, scales: zeros, minima: zeros, maxima: zeros)
    }
    let found = Matrix(Shape(rows, 3), work: columns, on: execution) { row, found in
      let values = input.row(row)
      var (sum, smallest, largest) = (0.0, values[0], values[0])
      for column in values.indices {
        let value = values[column]
        sum += Double(value)
        smallest = value < smallest ? value : smallest
        largest = value > largest ? value : largest
      }
      (found[0], found[1], found[2]) = (Float(sum / Double(columns)), smallest, largest)
    }
    let factor = Self.factor(count: columns)
    return RangeStatistics(
      means: (0..<rows).map { found.row($0)[0] },
      scales: (0..<rows).map {
        let (smallest, largest) = (Double(found.row($0)[1]), Double(found.row($0)[2]))
        return Float(factor * (largest - smallest) + Double(epsilon))
      },
      minima: (0..<rows).map { found.row($0)[1] }, maxima: (0..<rows).map { found.row($0)[2] })
  }
}

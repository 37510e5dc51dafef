public import AffineQuant

extension RangeBatchNorm {
  /// The gradients of a batch that was normalised by its own statistics.
  ///
  /// With `h = gain · gradient` and the normalised values `z`, the mean gives `(h − mean(h)) / scale`; the
  /// range gives `−C · Σ h·z / scale` to the largest value of a column and the opposite to the smallest,
  /// in equal shares where several are.
  ///
  /// - Parameters:
  ///   - gradient: Of the output, in the input's shape.
  ///   - input: What the forward pass got.
  ///   - statistics: What the forward pass gave.
  ///   - gain: `1 × columns`.
  ///   - execution: Threads; the result does not depend on them.
  /// - Returns: The gradients of the input, the gain and the bias.
  /// - Throws: ``AffineQuant/ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public func backward(
    _ gradient: Matrix<Float>, input: Matrix<Float>, _ statistics: RangeStatistics,
    gain: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> RangeNormGradients {
    let (rows, columns) = (input.shape.rows, input.shape.columns)
    try input.shape.requireEqual(gradient.shape)
    try Shape(1, columns).requireEqual(gain.shape)
    try Shape(1, columns).requireEqual(Shape(1, statistics.minima.count))
    let inverses = statistics.scales.indices.map(statistics.inverse)
    // Of every column Σ g, Σ g·z, and how many values are the largest and the smallest.
    let totals = Matrix.gathered(
      rows: rows, columns: 4 * columns, from: 0, on: execution, combine: +
    ) { row, totals in
      let (xs, gs) = (input.row(row), gradient.row(row))
      for column in xs.indices {
        let (x, g) = (xs[column], gs[column])
        totals[column] += g
        totals[columns + column] += g * ((x - statistics.means[column]) * inverses[column])
        totals[2 * columns + column] += x == statistics.maxima[column] ? 1 : 0
        totals[3 * columns + column] += x == statistics.minima[column] ? 1 : 0
      }
    }
    let (count, factor) = (Double(max(rows, 1)), constant.factor(count: rows))
    let means = (0..<columns).map { Float(totals[$0] / count) }
    let gains = (0..<columns).map { gain[0, $0] * inverses[$0] }
    let shares = (0..<columns).map { column in
      Float(-factor * totals[columns + column]) * gains[column]
    }
    let (above, below) = (
      (0..<columns).map { shares[$0] / Float(max(totals[2 * columns + $0], 1)) },
      (0..<columns).map { shares[$0] / Float(max(totals[3 * columns + $0], 1)) }
    )
    let result = Matrix(input.shape, on: execution) { row, output in
      let (xs, gs) = (input.row(row), gradient.row(row))
      for column in xs.indices {
        var sum = (gs[column] - means[column]) * gains[column]
        if xs[column] == statistics.maxima[column] { sum += above[column] }
        if xs[column] == statistics.minima[column] { sum -= below[column] }
        output[column] = sum
      }
    }
    return RangeNormGradients(
      input: result, gain: Matrix(row: totals[columns..<2 * columns]),
      bias: Matrix(row: totals[..<columns]))
  }
}

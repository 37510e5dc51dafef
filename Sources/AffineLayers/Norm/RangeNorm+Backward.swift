public import AffineQuant

extension RangeNorm {
  /// The gradients of rows that were normalised.
  ///
  /// With `h = gain · gradient` and the normalised values `z`, the mean gives `(h − mean(h)) / scale`; the
  /// range gives `−C · Σ h·z / scale` to the largest value of a row and the opposite to the smallest, in
  /// equal shares where several are.
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
    try Shape(rows, 1).requireEqual(Shape(statistics.minima.count, 1))
    let factor = Self.factor(count: columns)
    let result = Matrix(input.shape, on: execution) { row, output in
      let (xs, gs, gain) = (input.row(row), gradient.row(row), gain.row(0))
      let (mean, inverse) = (statistics.means[row], statistics.inverse(row))
      let (smallest, largest) = (statistics.minima[row], statistics.maxima[row])
      var (sum, product, below, above) = (0.0, 0.0, 0, 0)
      for column in xs.indices {
        let h = Double(gs[column]) * Double(gain[column])
        sum += h
        product += h * Double((xs[column] - mean) * inverse)
        below += xs[column] == smallest ? 1 : 0
        above += xs[column] == largest ? 1 : 0
      }
      let average = Float(sum / Double(columns))
      let share = -factor * product * Double(inverse)
      let (up, down) = (Float(share / Double(max(above, 1))), Float(share / Double(max(below, 1))))
      for column in xs.indices {
        var total = (gs[column] * gain[column] - average) * inverse
        if xs[column] == largest { total += up }
        if xs[column] == smallest { total -= down }
        output[column] = total
      }
    }
    let sums = Matrix.gathered(
      rows: rows, columns: 2 * columns, from: 0, on: execution, combine: +
    ) { row, sums in
      let (xs, gs) = (input.row(row), gradient.row(row))
      let (mean, inverse) = (statistics.means[row], statistics.inverse(row))
      for column in xs.indices {
        sums[column] += gs[column] * ((xs[column] - mean) * inverse)
        sums[columns + column] += gs[column]
      }
    }
    return RangeNormGradients(
      input: result, gain: Matrix(row: sums[..<columns]), bias: Matrix(row: sums[columns...]))
  }
}

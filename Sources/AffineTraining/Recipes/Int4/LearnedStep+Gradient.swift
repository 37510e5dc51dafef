public import AffineQuant

extension LearnedStep {
  /// The derivative of a loss by the step, scaled by 1 / √(7 · count) so that it moves as fast as a
  /// weight.
  ///
  /// Where rounding is taken for a constant shift, the quantized value changes with the step by
  /// `rint(v) − v` for `v = x / step` inside the codes and by −8 or 7 outside.
  ///
  /// - Parameters:
  ///   - values: What was quantized.
  ///   - gradient: The loss by the quantized values, of the same shape.
  ///   - execution: Threads; the result does not depend on them.
  /// - Returns: Σ gradient · derivative / √(7 · count).
  /// - Throws: ``AffineQuant/ShapeError/mismatchedExtent(axis:lhs:rhs:)``.
  public func gradient(
    of values: Matrix<Float>, _ gradient: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> Float {
    try values.shape.requireEqual(gradient.shape)
    let (columns, inverse) = (values.shape.columns, 1 / value)
    let (low, high) = (Float(Self.codes.lowerBound), Float(Self.codes.upperBound))
    let sums = execution.numbers(rows: values.shape.rows, columns: columns) { row in
      let xs = values.row(row)
      let gs = gradient.row(row)
      var sum = 0.0
      for column in xs.indices {
        let v = xs[column] * inverse
        let slope = v < low ? low : v > high ? high : v.rounded(.toNearestOrEven) - v
        sum += Double(gs[column]) * Double(slope)
      }
      return sum
    }
    let count = Double(Self.codes.upperBound * max(values.shape.count, 1))
    return Float(sums.reduce(0, +) / count.squareRoot())
  }
}

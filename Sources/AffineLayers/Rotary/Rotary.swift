package import AffineQuant
/// Positions as rotations (Su et al., 2021).
package enum Rotary {
  /// Rotates the pairs (i, i + size / 2) of each head by position · base^(-2 i / size), where row r
  /// has the position r mod `sequence`; the halves are split as in Llama's checkpoints.
  ///
  /// `inverse` rotates back, which is the gradient.
  ///
  /// - Precondition: The columns are `heads` heads of even size.
  package static func rotate(
    _ x: Matrix<Float>, heads: Int, sequence: Int, base: Float, inverse: Bool,
    on execution: Execution
  ) -> Matrix<Float> {
    precondition(heads > 0 && x.shape.columns.isMultiple(of: 2 * heads), "\(x.shape)")
    precondition(sequence > 0)
    let size = x.shape.columns / heads
    let half = size / 2
    let positions = min(sequence, x.shape.rows)
    let frequencies = (0..<half).map {
      FloatFunctions.power(Double(base), -2 * Double($0) / Double(size))
    }
    let turns = Matrix<Float>.filled(Shape(positions, size), execution) { rows, output in
      for position in rows {
        for i in 0..<half {
          let (c, s) = FloatFunctions.cosineAndSine(Double(position) * frequencies[i])
          output[(position - rows.lowerBound) * size + i] = Float(c)
          output[(position - rows.lowerBound) * size + half + i] = Float(inverse ? -s : s)
        }
      }
    }
    return RowKernels.rotate(x, heads: heads, turns: turns, sequence: sequence, on: execution)
  }
}

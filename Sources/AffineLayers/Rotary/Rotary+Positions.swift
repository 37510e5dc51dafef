package import AffineQuant
extension Rotary {
  /// The cosines and sines of the angles of some positions, a row each: position · frequency for each of
  /// `frequencies`, the cosines first.
  package static func turns(
    positions: Range<Int>, frequencies: [Double]
  ) -> Matrix<Float> {
    let half = frequencies.count
    return Matrix(rows: positions.count, columns: 2 * half) { row, column in
      let angle = Double(positions.lowerBound + row) * frequencies[column % half]
      let (cosine, sine) = FloatFunctions.cosineAndSine(angle)
      return Float(column < half ? cosine : sine)
    }
  }

  /// Rotates the pairs (i, i + size / 2) of the first heads of each row by that row's turns.
  ///
  /// - Returns: The columns of those heads alone.
  /// - Precondition: There is a row of turns for each row, and columns for `heads` heads.
  package static func rotate(
    _ x: Matrix<Float>, heads: Int, turns: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    precondition(turns.shape.rows == x.shape.rows, "\(turns) for \(x)")
    precondition(heads > 0 && heads * turns.shape.columns <= x.shape.columns, "\(heads) in \(x)")
    return RowKernels.rotate(x, heads: heads, turns: turns, on: execution)
  }
}

package import AffineQuant

/// Positions as rotations (Su et al., 2021).
package enum Rotary {
  /// The cosines and sines of the angles of some positions, a row each: position · frequency for each pair of
  /// columns, the cosines first.
  ///
  /// `inverse` turns back, which is the gradient.
  package static func turns(
    positions: [Int], _ rule: RotaryRule, inverse: Bool = false
  ) -> Matrix<Float> {
    let (frequencies, magnitude) = (rule.frequencies, rule.magnitude)
    let half = frequencies.count
    let shape = Shape(positions.count, 2 * half)
    let values = Buffer<Float>(count: shape.count, zeroed: false) { memory in
      for (row, position) in positions.enumerated() {
        for (pair, frequency) in frequencies.enumerated() {
          let (cosine, sine) = FloatFunctions.cosineAndSine(Double(position) * frequency)
          let place = row * shape.columns + pair
          memory[place] = Float(magnitude * cosine)
          memory[place + half] = Float(magnitude * (inverse ? -sine : sine))
        }
      }
    }
    return Matrix(validated: shape, values)
  }

  /// Rotates the pairs (i, i + columns / 2) of the first columns of the first heads of each row, as many as a
  /// row of turns has, by that row's turns.
  ///
  /// - Parameters:
  ///   - x: Rows of heads, of which perhaps more follow.
  ///   - heads: How many turn.
  ///   - size: The columns of a head.
  ///   - turns: A row for each row of `x`, or for each of a sequence of those.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The columns of those heads alone.
  /// - Precondition: The rows and columns are there.
  package static func rotate(
    _ x: Matrix<Float>, heads: Int, size: Int, turns: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    precondition(turns.shape.rows > 0 || x.shape.rows == 0, "\(turns) for \(x)")
    precondition(heads > 0 && heads * size <= x.shape.columns, "\(heads) of \(size) in \(x)")
    precondition(turns.shape.columns <= size, "\(turns) for heads of \(size)")
    return RowKernels.rotate(x, heads: heads, size: size, turns: turns, on: execution)
  }
}

extension RotaryRule {
  /// The angles by which one position turns the pairs.
  package var frequencies: [Double] {
    (0..<columns / 2).map { pair in
      let frequency = FloatFunctions.power(base, -2 * Double(pair) / Double(columns))
      return divisors.isEmpty ? frequency : frequency / divisors[pair]
    }
  }
}

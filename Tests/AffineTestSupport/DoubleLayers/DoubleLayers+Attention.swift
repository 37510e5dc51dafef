#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension DoubleLayers {
  /// Turns the pairs (i, i + turning / 2) of the first columns of each head by
  /// position · base^(−2i / turning) / divisor, and multiplies them by a magnitude.
  package static func rotary(
    _ x: DoubleMatrix, heads: Int, sequence: Int, base: Double, turning: Int? = nil,
    divisors: [Double] = [], magnitude: Double = 1
  ) -> DoubleMatrix {
    let size = x.columns / heads
    let turning = turning ?? size
    return DoubleMatrix(x.rows, x.columns) { row, column in
      let (place, half) = (column % size, turning / 2)
      guard place < turning else { return x[row, column] }
      let pair = place % half
      let frequency =
        pow(base, -2 * Double(pair) / Double(turning)) / (divisors.isEmpty ? 1 : divisors[pair])
      let angle = Double(row % sequence) * frequency
      let turned =
        place < half
        ? x[row, column] * cos(angle) - x[row, column + half] * sin(angle)
        : x[row, column] * cos(angle) + x[row, column - half] * sin(angle)
      return magnitude * turned
    }
  }

  /// Softmax of `q · k · scale` over the rows of a sequence, up to each if it is causal and no more than
  /// a window back, times `v`, head by head; neighbouring heads share keys and values. Scores end at
  /// `cap · tanh(x / cap)`; the scale is 1 / √size, if no other is given.
  package static func attention(
    _ q: DoubleMatrix, _ k: DoubleMatrix, _ v: DoubleMatrix, heads: Int, keyValueHeads: Int,
    sequence: Int, isCausal: Bool = true, scale: Double? = nil, cap: Double? = nil,
    window: Int? = nil
  ) -> DoubleMatrix {
    let size = q.columns / heads
    var result = DoubleMatrix.zeros(q.rows, q.columns)
    for row in 0..<q.rows {
      let first = row / sequence * sequence
      for head in 0..<heads {
        let shared = head * keyValueHeads / heads * size
        let weights = (first...(isCausal ? row : first + sequence - 1)).map { other in
          if let window, row - other >= window { return 0.0 }
          let dot = (0..<size).reduce(0) { $0 + q[row, head * size + $1] * k[other, shared + $1] }
          let score = dot * (scale ?? 1 / Double(size).squareRoot())
          return exp(cap.map { $0 * tanh(score / $0) } ?? score)
        }
        let sum = weights.reduce(0, +)
        for (place, weight) in weights.enumerated() {
          for column in 0..<size {
            result[row, head * size + column] += weight / sum * v[first + place, shared + column]
          }
        }
      }
    }
    return result
  }
}

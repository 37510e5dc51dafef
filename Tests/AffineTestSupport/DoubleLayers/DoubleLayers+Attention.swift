#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension DoubleLayers {
  /// Turns the pairs (i, i + size / 2) of each head by position · base^(−2i / size).
  package static func rotary(
    _ x: DoubleMatrix, heads: Int, sequence: Int, base: Double
  ) -> DoubleMatrix {
    let size = x.columns / heads
    return DoubleMatrix(x.rows, x.columns) { row, column in
      let place = column % size
      let pair = place % (size / 2)
      let angle = Double(row % sequence) * pow(base, -2 * Double(pair) / Double(size))
      return place < size / 2
        ? x[row, column] * cos(angle) - x[row, column + size / 2] * sin(angle)
        : x[row, column] * cos(angle) + x[row, column - size / 2] * sin(angle)
    }
  }

  /// Softmax of `q · k / √size` over the rows of a sequence, up to each if it is causal, times `v`,
  /// head by head; neighbouring heads share keys and values.
  package static func attention(
    _ q: DoubleMatrix, _ k: DoubleMatrix, _ v: DoubleMatrix, heads: Int, keyValueHeads: Int,
    sequence: Int, isCausal: Bool = true
  ) -> DoubleMatrix {
    let size = q.columns / heads
    var result = DoubleMatrix.zeros(q.rows, q.columns)
    for row in 0..<q.rows {
      let first = row / sequence * sequence
      for head in 0..<heads {
        let shared = head * keyValueHeads / heads * size
        let weights = (first...(isCausal ? row : first + sequence - 1)).map { other in
          let dot = (0..<size).reduce(0) { $0 + q[row, head * size + $1] * k[other, shared + $1] }
          return exp(dot / Double(size).squareRoot())
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

import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Causal attention on every instruction set that runs here.
@Suite struct CausalAttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let batch, sequence, heads, keyValueHeads, size: Int
    var testDescription: String {
      "\(batch)x\(sequence), \(heads)/\(keyValueHeads) heads of \(size)"
    }
  }

  static let cases = [
    Case(batch: 1, sequence: 1, heads: 1, keyValueHeads: 1, size: 1),
    Case(batch: 2, sequence: 5, heads: 2, keyValueHeads: 1, size: 3),
    Case(batch: 1, sequence: 17, heads: 2, keyValueHeads: 2, size: 16),
    Case(batch: 2, sequence: 50, heads: 4, keyValueHeads: 2, size: 20),
    Case(batch: 1, sequence: 131, heads: 1, keyValueHeads: 1, size: 33),
    Case(batch: 1, sequence: 60, heads: 3, keyValueHeads: 1, size: 64),
  ]

  /// The definition; the weighted sum of the values.
  static func attention(_ inputs: [Grid], _ c: Case) -> Grid {
    let (q, k, v) = (inputs[0], inputs[1], inputs[2])
    var result = Grid(q.rows, q.columns) { _, _ in 0 }
    for row in 0..<q.rows {
      let first = row / c.sequence * c.sequence
      for head in 0..<c.heads {
        let pair = head / (c.heads / c.keyValueHeads) * c.size
        let scores = (first...row).map { other in
          (0..<c.size).reduce(0.0) { $0 + q[row, head * c.size + $1] * k[other, pair + $1] }
            / Double(c.size).squareRoot()
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let sum = weights.reduce(0, +)
        for column in 0..<c.size {
          result.values[row * q.columns + head * c.size + column] =
            weights.indices.reduce(0.0) { $0 + weights[$1] * v[first + $1, pair + column] } / sum
        }
      }
    }
    return result
  }

  @Test(arguments: cases) func isNearItsDefinition(_ c: Case) {
    let rows = c.batch * c.sequence
    let q = Samples.matrix(rows, c.heads * c.size, seed: 1)
    let k = Elementwise.scale(
      Samples.matrix(rows, c.keyValueHeads * c.size, seed: 2), by: 0.1, on: .threads(1))
    let v = Samples.matrix(rows, c.keyValueHeads * c.size, seed: 3)
    let g = Samples.matrix(rows, c.heads * c.size, seed: 4)
    let attention = CausalAttention(
      heads: c.heads, keyValueHeads: c.keyValueHeads, sequence: c.sequence)
    var first: [Matrix<Float>] = []
    for execution in ElementwiseTests.executions {
      let (output, logSums) = attention(q, k, v, on: execution)
      let found = attention.gradients(
        q, k, v, output: output, logSums: logSums, g, on: execution)
      let all = [output, logSums, found.q, found.k, found.v]
      if first.isEmpty { first = all }
      #expect(zip(first, all).allSatisfy { sameBits($0, $1) })
    }
    let expected = Self.attention([q, k, v].map(Grid.init), c)
    // A score errs by a rounding a term, of at most size · largest q · largest k / √size, and a weight by
    // twice that; the sum by a rounding a term.
    func largest(_ x: Matrix<Float>) -> Double {
      Double(x.values.array.reduce(0) { max($0, $1.magnitude) })
    }
    let score = Double(c.size).squareRoot() * largest(q) * largest(k)
    let unit = (2 * Double(c.size + 2) * score + Double(c.sequence + 8)) * 0x1p-24
    for index in 0..<q.shape.count {
      let error = abs(Double(first[0].values[index]) - expected.values[index])
      #expect(error <= unit * largest(v))
    }
    let slopes = CentralDifferences([q, k, v], g) { Self.attention($0, c) }
    for (input, gradient) in first[2...].enumerated() {
      // The same errors in products whose differences nearly cancel: of all terms, not their sum.
      #expect(slopes.distance(input: input, gradient, samples: 4) < 8 * unit + 1e-6)
    }
  }

  @Test func largeScoresStayNumbers() {
    let attention = CausalAttention(heads: 1, keyValueHeads: 1, sequence: 20)
    let q = Elementwise.scale(Samples.matrix(20, 8, seed: 1), by: 100, on: .threads(1))
    let v = Samples.matrix(20, 8, seed: 2)
    for execution in ElementwiseTests.executions {
      let (output, logSums) = attention(q, q, v, on: execution)
      let found = attention.gradients(q, q, v, output: output, logSums: logSums, v, on: execution)
      for matrix in [output, logSums, found.q, found.k, found.v] {
        #expect(matrix.values.array.allSatisfy { $0.isFinite })
      }
    }
  }
}

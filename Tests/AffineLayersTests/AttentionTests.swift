import AffineLayers
import AffineQuant
import AffineTestSupport
import Foundation
import Testing

/// Attention, causal or not, on every instruction set that runs here.
@Suite struct AttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let lengths: [Int]
    let heads, keyValueHeads, size: Int
    var isCausal = true
    var rows: Int { lengths.reduce(0, +) }
    var testDescription: String {
      "\(isCausal ? "causal " : "")\(lengths), \(heads)/\(keyValueHeads) heads of \(size)"
    }
  }

  static let cases = [
    Case(lengths: [1], heads: 1, keyValueHeads: 1, size: 1),
    Case(lengths: [5, 5], heads: 2, keyValueHeads: 1, size: 3),
    Case(lengths: [17], heads: 2, keyValueHeads: 2, size: 16),
    Case(lengths: [50, 50], heads: 4, keyValueHeads: 2, size: 20),
    Case(lengths: [131], heads: 1, keyValueHeads: 1, size: 33),
    Case(lengths: [60], heads: 3, keyValueHeads: 1, size: 64),
    Case(lengths: [3, 49, 1, 20], heads: 2, keyValueHeads: 1, size: 8),
    Case(lengths: [1], heads: 1, keyValueHeads: 1, size: 1, isCausal: false),
    Case(lengths: [5, 5], heads: 2, keyValueHeads: 1, size: 3, isCausal: false),
    Case(lengths: [7, 33, 1, 48, 16], heads: 2, keyValueHeads: 2, size: 32, isCausal: false),
    Case(lengths: [131], heads: 1, keyValueHeads: 1, size: 33, isCausal: false),
    Case(lengths: [49], heads: 3, keyValueHeads: 1, size: 20, isCausal: false),
  ]

  /// The definition; the weighted sum of the values.
  static func attention(_ inputs: [Grid], _ c: Case) -> Grid {
    let (q, k, v) = (inputs[0], inputs[1], inputs[2])
    var result = Grid(q.rows, q.columns) { _, _ in 0 }
    let owners = c.lengths.indices.flatMap { Array(repeating: $0, count: c.lengths[$0]) }
    for row in 0..<q.rows {
      let first = c.lengths[..<owners[row]].reduce(0, +)
      let end = c.isCausal ? row + 1 : first + c.lengths[owners[row]]
      for head in 0..<c.heads {
        let pair = head / (c.heads / c.keyValueHeads) * c.size
        let scores = (first..<end).map { other in
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
    let rows = c.rows
    let q = Samples.matrix(rows, c.heads * c.size, seed: 1)
    let k = Elementwise.scale(
      Samples.matrix(rows, c.keyValueHeads * c.size, seed: 2), by: 0.1, on: .threads(1))
    let v = Samples.matrix(rows, c.keyValueHeads * c.size, seed: 3)
    let g = Samples.matrix(rows, c.heads * c.size, seed: 4)
    let attention = Attention(
      heads: c.heads, keyValueHeads: c.keyValueHeads, lengths: c.lengths, isCausal: c.isCausal)
    let joined = Matrix(rows: rows, columns: q.shape.columns + 2 * k.shape.columns) { row, column in
      let place = column - q.shape.columns
      return place < 0
        ? q[row, column]
        : place < k.shape.columns ? k[row, place] : v[row, place - k.shape.columns]
    }
    var first: [Matrix<Float>] = []
    for execution in Executions.all {
      let (output, logSums) = attention(q, k, v, on: execution)
      let found = attention.gradients(
        q, k, v, output: output, logSums: logSums, g, on: execution)
      let all = [output, logSums, found.q, found.k, found.v]
      if first.isEmpty { first = all }
      #expect(zip(first, all).allSatisfy { sameBits($0, $1) })
      #expect(sameBits(attention.output(q, k, v, on: execution), output))
      #expect(sameBits(attention.output(ofJoined: joined, on: execution), output))
    }
    let expected = Self.attention([q, k, v].map(Grid.init), c)
    // A score errs by a rounding a term, of at most size · largest q · largest k / √size, and a weight by
    // twice that; the sum by a rounding a term.
    func largest(_ x: Matrix<Float>) -> Double {
      Double(x.values.array.reduce(0) { max($0, $1.magnitude) })
    }
    let score = Double(c.size).squareRoot() * largest(q) * largest(k)
    let unit = (2 * Double(c.size + 2) * score + Double((c.lengths.max() ?? 0) + 8)) * 0x1p-24
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

  /// Products of bfloat16 err by their bound, a part of the magnitudes of their terms: scores by that of size · largest
  /// q · largest k / √size; weights by what that is as an exponent, twice; then sums over the sequence once more.
  @Test(arguments: cases, ["portable", "avx512bf16", "amxbf16"])
  func inBFloat16IsNearItsDefinition(_ c: Case, isa: String) throws {
    guard let set = InstructionSet(name: isa), set.isSubset(of: .running) else { return }
    var execution = Execution(threads: 2, instructionSet: set)
    execution.precision = .bfloat16
    let q = Samples.matrix(c.rows, c.heads * c.size, seed: 1)
    let k = Elementwise.scale(
      Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 2), by: 0.1, on: .threads(1))
    let v = Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 3)
    let g = Samples.matrix(c.rows, c.heads * c.size, seed: 4)
    let attention = Attention(
      heads: c.heads, keyValueHeads: c.keyValueHeads, lengths: c.lengths, isCausal: c.isCausal)
    let (output, logSums) = attention(q, k, v, on: execution)
    let found = attention.gradients(q, k, v, output: output, logSums: logSums, g, on: execution)

    func largest(_ x: Matrix<Float>) -> Double {
      Double(x.values.array.reduce(0) { max($0, $1.magnitude) })
    }
    func distance(_ a: Matrix<Float>, _ b: [Double]) -> Double {
      zip(a.values.array, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    }
    let longest = c.lengths.max() ?? 0
    let ofSize = Precision.bfloat16.errorBound(depth: c.size)
    let ofSequence = Precision.bfloat16.errorBound(depth: longest)
    let ofWeight = exp(2 * ofSize * Double(c.size).squareRoot() * largest(q) * largest(k)) - 1
    let ofSum = ofWeight + (1 + ofWeight) * ofSequence
    // The roundings of float32 beside.
    let slack = 1.01
    let expected = Self.attention([q, k, v].map(Grid.init), c)
    #expect(distance(output, expected.values) <= slack * ofSum * largest(v))

    let (exactOutput, exactSums) = attention(q, k, v, on: .threads(1))
    let exact = attention.gradients(
      q, k, v, output: exactOutput, logSums: exactSums, g, on: .threads(1))
    func numbers(_ x: Matrix<Float>) -> [Double] { x.values.array.map(Double.init) }
    // A slope is a weight times the difference of two sums of a head's terms.
    let terms = Double(c.size).squareRoot() * largest(g) * largest(v)
    let ofSlopes = 2 * terms * ofWeight + (1 + ofWeight) * terms * (ofSize + ofSum + 2 * ofSequence)
    let shared = Double(longest * c.heads / c.keyValueHeads)
    #expect(distance(found.q, numbers(exact.q)) <= slack * ofSlopes * largest(k))
    #expect(distance(found.k, numbers(exact.k)) <= slack * shared * ofSlopes * largest(q))
    #expect(distance(found.v, numbers(exact.v)) <= slack * shared * ofSum * largest(g))
  }

  @Test(arguments: [true, false]) func largeScoresStayNumbers(isCausal: Bool) {
    let attention = Attention(heads: 1, keyValueHeads: 1, lengths: [20], isCausal: isCausal)
    let q = Elementwise.scale(Samples.matrix(20, 8, seed: 1), by: 100, on: .threads(1))
    let v = Samples.matrix(20, 8, seed: 2)
    for execution in Executions.all {
      let (output, logSums) = attention(q, q, v, on: execution)
      let found = attention.gradients(q, q, v, output: output, logSums: logSums, v, on: execution)
      for matrix in [output, logSums, found.q, found.k, found.v] {
        #expect(matrix.values.array.allSatisfy { $0.isFinite })
      }
    }
  }
}

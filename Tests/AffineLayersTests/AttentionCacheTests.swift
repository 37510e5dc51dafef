import AffineLayers
import AffineQuant
import AffineTestSupport
import Testing

/// Attention to what was appended, on every instruction set that runs here.
@Suite struct AttentionCacheTests {
  static let cases = AttentionTests.cases.filter { $0.isCausal && $0.lengths.count == 1 }

  static func attended(
    _ inputs: [Matrix<Float>], _ c: AttentionTests.Case, _ format: CacheFormat,
    pieces: [Int], _ execution: Execution
  ) -> [Float] {
    var cache = AttentionCache(heads: c.keyValueHeads, size: c.size, format: format)
    var (result, start): ([Float], Int) = ([], 0)
    for count in pieces {
      let rows = inputs.map { x in
        Matrix<Float>(rows: count, columns: x.shape.columns) { x[start + $0, $1] }
      }
      cache.append(keys: rows[1], column: 0, values: rows[2], column: 0, on: execution)
      result += cache.attend(
        rows[0], heads: c.heads, ScoreRule(size: c.size), on: execution
      ).values.array
      start += count
      #expect(cache.count == start)
    }
    return result
  }

  static func pieces(_ count: Int) -> [[Int]] {
    let half = count / 2
    return [
      [count], [Int](repeating: 1, count: count), half == 0 ? [count] : [half, count - half],
    ]
  }

  /// The very bits of attention without a cache, however the rows come.
  @Test(arguments: cases) func floatsGiveTheBitsOfCausalAttention(_ c: AttentionTests.Case) {
    let inputs = [
      Samples.matrix(c.rows, c.heads * c.size, seed: 1),
      Elementwise.scale(
        Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 2), by: 0.1, on: .threads(1)),
      Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 3),
    ]
    let attention = Attention(
      heads: c.heads, keyValueHeads: c.keyValueHeads, lengths: c.lengths, isCausal: true)
    let expected = attention(inputs[0], inputs[1], inputs[2], on: .threads(1)).output.values.array
    for execution in Executions.all {
      for pieces in Self.pieces(c.rows) {
        #expect(Self.attended(inputs, c, .float32, pieces: pieces, execution) == expected)
      }
    }
  }

  /// Rounded numbers give what floats give of numbers that were rounded before: exactly for float16.
  @Test(arguments: cases) func halvesAreRoundedOnce(_ c: AttentionTests.Case) {
    let q = Samples.matrix(c.rows, c.heads * c.size, seed: 1)
    let k = Elementwise.scale(
      Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 2), by: 0.1, on: .threads(1))
    let v = Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 3)
    let rounded = [k, v].map { $0.converted(to: Float16.self).converted(to: Float.self) }
    let whole = [c.rows]
    let expected = Self.attended(
      [q] + rounded, c, .float32, pieces: whole, Execution(threads: 1))
    for execution in Executions.all {
      for pieces in Self.pieces(c.rows) {
        #expect(Self.attended([q, k, v], c, .float16, pieces: pieces, execution) == expected)
      }
    }
  }

  /// The same for bytes; key scales are applied to scores, so sums are rounded elsewhere: within a rounding for
  /// each of the terms of a score and of the softmax, as of attention itself.
  @Test(arguments: cases) func bytesAreTheNearest(_ c: AttentionTests.Case) {
    let q = Samples.matrix(c.rows, c.heads * c.size, seed: 1)
    let k = Elementwise.scale(
      Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 2), by: 0.1, on: .threads(1))
    let v = Samples.matrix(c.rows, c.keyValueHeads * c.size, seed: 3)
    let rounded = [k, v].map { x in
      Matrix<Float>(rows: x.shape.rows, columns: x.shape.columns) { row, column in
        let first = column / c.size * c.size
        let largest = (first..<first + c.size).reduce(Float(0)) { max($0, x[row, $1].magnitude) }
        return largest == 0
          ? 0 : (x[row, column] * (127 / largest)).rounded(.toNearestOrEven) * (largest / 127)
      }
    }
    func largest(_ x: Matrix<Float>) -> Float {
      x.values.array.reduce(0) { max($0, $1.magnitude) }
    }
    let score = Float(c.size).squareRoot() * largest(q) * largest(k)
    let unit = (2 * Float(c.size + 3) * score + Float(c.rows + 8)) * 0x1p-23
    let expected = Self.attended(
      [q] + rounded, c, .float32, pieces: [c.rows], Execution(threads: 1))
    var first: [Float]?
    for execution in Executions.all {
      for pieces in Self.pieces(c.rows) {
        let found = Self.attended([q, k, v], c, .int8, pieces: pieces, execution)
        #expect(found == first ?? found)
        first = found
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= unit * largest(v)) }
      }
    }
  }

  /// What is not finite must not look as if it were.
  @Test(arguments: CacheFormat.allCases) func whatIsNoNumberStaysNone(format: CacheFormat) {
    for value in [Float.nan, .infinity] {
      var cache = AttentionCache(heads: 1, size: 4, format: format)
      let row = Matrix<Float>(rows: 1, columns: 4) { _, column in column == 2 ? value : 1 }
      cache.append(keys: row, column: 0, values: row, column: 0, on: .threads(1))
      let found = cache.attend(row, heads: 1, ScoreRule(size: 4), on: .threads(1))
      #expect(found.values.array.contains { !$0.isFinite })
    }
  }
}

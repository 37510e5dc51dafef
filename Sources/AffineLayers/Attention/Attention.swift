package import AffineQuant
/// Attention of several heads: each row weighs rows of its sequence, all or only those up to itself.
///
/// With q of rows x (heads · size), k and v of rows x (keyValueHeads · size), sequence after
/// sequence; neighbouring heads of q share a head of k and v (Ainslie et al., 2023).
package struct Attention: Sendable {
  package let heads: Int
  package let keyValueHeads: Int
  /// The rows of each sequence.
  package let sequences: [Range<Int>]
  /// Whether a row sees its sequence up to itself, or all of it.
  package let isCausal: Bool
  /// What becomes of scores before the softmax; `nil`: they are scaled by 1 / √size.
  package let rule: ScoreRule?

  /// - Parameters:
  ///   - heads: Of q.
  ///   - keyValueHeads: Of k and v.
  ///   - lengths: The rows of the sequences, which follow each other.
  ///   - isCausal: Whether a row sees its sequence up to itself.
  ///   - rule: What becomes of scores; a window is that of causal attention alone.
  /// - Precondition: `heads` is a multiple of `keyValueHeads`, and all numbers are positive.
  package init(
    heads: Int, keyValueHeads: Int, lengths: [Int], isCausal: Bool, rule: ScoreRule? = nil
  ) {
    precondition(isCausal || rule?.window == nil, "a window without an order")
    precondition(heads > 0 && keyValueHeads > 0 && lengths.allSatisfy { $0 > 0 })
    precondition(heads.isMultiple(of: keyValueHeads), "\(heads) heads, \(keyValueHeads) of keys")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.isCausal = isCausal
    self.rule = rule
    var first = 0
    sequences = lengths.map { length in
      defer { first += length }
      return first..<first + length
    }
  }

  /// The weighted values, and, rows x heads, the logarithm of the sum of the exponentials of each
  /// row's scaled scores, from which the gradients find the weights again.
  package func callAsFunction(
    _ q: Matrix<Float>, _ k: Matrix<Float>, _ v: Matrix<Float>, on execution: Execution
  ) -> (output: Matrix<Float>, logSums: Matrix<Float>) {
    let size = headSize(q, k, v)
    let logSums = BufferBuilder<Float>(count: q.shape.rows * heads)
    let output = weigh(
      MatrixColumns(q), MatrixColumns(k), MatrixColumns(v), size, execution
    ) { row, head, largest, sum in
      let place = row * heads + head
      logSums.memory.withRange(place..<place + 1) {
        $0[0] = Float(Double(largest) + FloatFunctions.logarithm(Double(sum)))
      }
    }
    return (output, Matrix(validated: Shape(q.shape.rows, heads), logSums.buffer))
  }

  /// The weighted values alone.
  package func output(
    _ q: Matrix<Float>, _ k: Matrix<Float>, _ v: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    weigh(
      MatrixColumns(q), MatrixColumns(k), MatrixColumns(v), headSize(q, k, v), execution)
  }

  /// The weighted values alone, of q, k and v that lie side by side in one matrix, or of v alone, where `turned`
  /// has the others in the same columns.
  package func output(
    ofJoined joined: Matrix<Float>, turned: Matrix<Float>? = nil, on execution: Execution
  ) -> Matrix<Float> {
    let turned = turned ?? joined
    precondition(turned.shape == joined.shape, "\(turned.shape) and \(joined.shape)")
    let size = joined.shape.columns / (heads + 2 * keyValueHeads)
    let (width, narrow) = (size * heads, size * keyValueHeads)
    precondition(size > 0 && joined.shape.columns == width + 2 * narrow, "\(joined.shape)")
    return weigh(
      MatrixColumns(turned, 0..<width), MatrixColumns(turned, width..<width + narrow),
      MatrixColumns(joined, width + narrow..<width + 2 * narrow), size, execution)
  }

  /// The weighted values; `observe` sees the largest score of each row and head, and the sum of the
  /// exponentials of all distances to it.
  private func weigh(
    _ q: MatrixColumns, _ k: MatrixColumns, _ v: MatrixColumns, _ size: Int,
    _ execution: Execution,
    observe: ((_ row: Int, _ head: Int, _ largest: Float, _ sum: Float) -> Void)? = nil
  ) -> Matrix<Float> {
    let output = BufferBuilder<Float>(count: q.shape.count)
    eachPair(q.shape.rows, execution) { rows, pair in
      let first = rows.lowerBound
      let head = AttentionHead(
        sequence: rows.count, size: size, isCausal: isCausal, rule, execution)
      let panels = head.panels(HeadRows(k, row: first, column: pair * size))
      let values = head.right(HeadRows(v, row: first, column: pair * size))
      let scores = head.scores
      for index in queryHeads(of: pair) {
        let queries = head.left(HeadRows(q, row: first, column: index * size))
        let target = HeadRows.Output(
          output.memory, stride: q.shape.columns, row: first, column: index * size)
        for block in head.blocks {
          head.multiply(queries, block, panels, into: scores)
          let sums = head.turnIntoWeights(scores, block)
          head.weigh(scores, block, values, into: target)
          guard let observe else { continue }
          for (row, found) in zip(block, sums) {
            observe(first + row, index, found.largest, found.sum)
          }
        }
      }
      withExtendedLifetime(scores) {}
    }
    withExtendedLifetime((q, k, v)) {}
    return Matrix(validated: q.shape, output.buffer)
  }

  /// The columns of a head.
  func headSize(_ q: Matrix<Float>, _ k: Matrix<Float>, _ v: Matrix<Float>) -> Int {
    let size = q.shape.columns / heads
    precondition(size > 0 && q.shape.columns == size * heads, "\(heads) heads of \(q.shape)")
    precondition(k.shape == Shape(q.shape.rows, size * keyValueHeads), "keys of \(k.shape)")
    precondition(v.shape == k.shape, "values of \(v.shape)")
    return size
  }

  /// Calls `body` for every head of keys of every sequence, with the sequence's rows.
  func eachPair(
    _ rows: Int, _ execution: Execution, _ body: (_ rows: Range<Int>, _ pair: Int) -> Void
  ) {
    precondition(rows == sequences.last?.upperBound ?? 0, "\(rows) rows, not those of sequences")
    ThreadPool.shared.parallel(
      sequences.count * keyValueHeads, threads: execution.threads, execution.record
    ) {
      body(sequences[$0 / keyValueHeads], $0 % keyValueHeads)
    }
  }

  /// The heads that share a head of keys.
  func queryHeads(of pair: Int) -> Range<Int> {
    let shared = heads / keyValueHeads
    return pair * shared..<(pair + 1) * shared
  }
}

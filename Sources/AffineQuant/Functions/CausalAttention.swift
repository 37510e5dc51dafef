/// Causal attention of several heads: each row weighs the rows of its sequence up to itself.
///
/// With q of (batch · sequence) x (heads · size), k and v of (batch · sequence) x
/// (keyValueHeads · size); neighbouring heads of q share a head of k and v (Ainslie et al., 2023).
package struct CausalAttention: Sendable {
  package var heads: Int
  package var keyValueHeads: Int
  package var sequence: Int

  /// - Precondition: `heads` is a multiple of `keyValueHeads`, and all are positive.
  package init(heads: Int, keyValueHeads: Int, sequence: Int) {
    precondition(heads > 0 && keyValueHeads > 0 && sequence > 0)
    precondition(heads.isMultiple(of: keyValueHeads), "\(heads) heads, \(keyValueHeads) of keys")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.sequence = sequence
  }

  /// The weighted values, and, rows x heads, the logarithm of the sum of the exponentials of each
  /// row's scaled scores, from which the gradients find the weights again.
  package func callAsFunction(
    _ q: Matrix<Float>, _ k: Matrix<Float>, _ v: Matrix<Float>, on execution: Execution
  ) -> (output: Matrix<Float>, logSums: Matrix<Float>) {
    let size = headSize(q, k, v)
    let output = BufferBuilder<Float>(count: q.shape.count)
    let logSums = BufferBuilder<Float>(count: q.shape.rows * heads)
    eachPair(q.shape.rows, execution) { first, pair in
      let head = AttentionHead(sequence: sequence, size: size, execution)
      let panels = head.panels(HeadRows(k, row: first, column: pair * size))
      let values = HeadRows(v, row: first, column: pair * size)
      let scores = head.scores
      for index in queryHeads(of: pair) {
        let queries = HeadRows(q, row: first, column: index * size)
        let target = HeadRows.Output(
          output.memory, stride: q.shape.columns, row: first, column: index * size)
        for block in head.blocks {
          head.multiply(queries, block, panels, into: scores)
          let sums = head.turnIntoWeights(scores, block)
          head.weigh(scores, block, values, into: target)
          for (row, found) in zip(block, sums) {
            let place = (first + row) * heads + index
            logSums.memory.withRange(place..<place + 1) {
              $0[0] = Float(Double(found.largest) + FloatFunctions.logarithm(Double(found.sum)))
            }
          }
        }
      }
      withExtendedLifetime(scores) {}
    }
    withExtendedLifetime((q, k, v)) {}
    return (
      Matrix(validated: q.shape, output.buffer),
      Matrix(validated: Shape(q.shape.rows, heads), logSums.buffer)
    )
  }

  /// The columns of a head.
  func headSize(_ q: Matrix<Float>, _ k: Matrix<Float>, _ v: Matrix<Float>) -> Int {
    let size = q.shape.columns / heads
    precondition(size > 0 && q.shape.columns == size * heads, "\(heads) heads of \(q.shape)")
    precondition(q.shape.rows.isMultiple(of: sequence), "sequences of \(sequence) in \(q.shape)")
    precondition(k.shape == Shape(q.shape.rows, size * keyValueHeads), "keys of \(k.shape)")
    precondition(v.shape == k.shape, "values of \(v.shape)")
    return size
  }

  /// Calls `body` for every head of keys of every sequence, with the sequence's first row.
  func eachPair(
    _ rows: Int, _ execution: Execution, _ body: (_ first: Int, _ pair: Int) -> Void
  ) {
    let parts = rows / sequence * keyValueHeads
    ThreadPool.shared.parallel(parts, threads: execution.threads) { part in
      body(part / keyValueHeads * sequence, part % keyValueHeads)
    }
  }

  /// The heads that share a head of keys.
  func queryHeads(of pair: Int) -> Range<Int> {
    let shared = heads / keyValueHeads
    return pair * shared..<(pair + 1) * shared
  }
}

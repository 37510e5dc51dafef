package import AffineQuant
extension Attention {
  /// The gradients of the inputs from that of the output, with the weights computed again (Dao,
  /// 2023).
  package func gradients(
    _ q: Matrix<Float>, _ k: Matrix<Float>, _ v: Matrix<Float>, output: Matrix<Float>,
    logSums: Matrix<Float>, _ gradient: Matrix<Float>, on execution: Execution
  ) -> (q: Matrix<Float>, k: Matrix<Float>, v: Matrix<Float>) {
    let size = headSize(q, k, v)
    precondition(output.shape == q.shape && gradient.shape == q.shape)
    precondition(logSums.shape == Shape(q.shape.rows, heads), "sums of \(logSums.shape)")
    let ofQueries = BufferBuilder<Float>(count: q.shape.count)
    let ofKeys = BufferBuilder<Float>(count: k.shape.count)
    let ofValues = BufferBuilder<Float>(count: k.shape.count)
    // A part writes the columns of its heads in the rows of its sequence.
    eachPair(q.shape.rows, execution) { rows, pair in
      let first = rows.lowerBound
      let head = AttentionHead(
        sequence: rows.count, size: size, isCausal: isCausal, rule, execution)
      let (scores, slopes) = (head.scores, head.scores)
      let keys = HeadRows(k, row: first, column: pair * size)
      let (keyPanels, keyColumns) = (head.panels(keys), head.right(keys))
      let valuePanels = head.panels(HeadRows(v, row: first, column: pair * size))
      let dk = HeadRows.Output(
        ofKeys.memory, stride: k.shape.columns, row: first, column: pair * size)
      let dv = HeadRows.Output(
        ofValues.memory, stride: k.shape.columns, row: first, column: pair * size)
      dk.clear(rows: rows.count, columns: size)
      dv.clear(rows: rows.count, columns: size)
      for index in queryHeads(of: pair) {
        let queries = HeadRows(q, row: first, column: index * size)
        let arriving = HeadRows(gradient, row: first, column: index * size)
        let (leftQueries, rightQueries) = (head.left(queries), head.right(queries))
        let (leftArriving, rightArriving) = (head.left(arriving), head.right(arriving))
        let dq = HeadRows.Output(
          ofQueries.memory, stride: q.shape.columns, row: first, column: index * size)
        for block in head.blocks {
          head.multiply(leftQueries, block, keyPanels, into: scores)
          head.multiply(leftArriving, block, valuePanels, into: slopes)
          head.turnIntoSlopes(
            scores, slopes, block,
            output: HeadRows(output, row: first, column: index * size), gradient: arriving,
            logSums: HeadRows(logSums, row: first, column: index))
          head.weigh(slopes, block, keyColumns, into: dq)
          head.spread(slopes, block, rightQueries, into: dk)
          head.spread(scores, block, rightArriving, into: dv)
        }
      }
      withExtendedLifetime((scores, slopes)) {}
    }
    withExtendedLifetime((q, k, v, output, logSums, gradient)) {}
    return (
      Matrix(validated: q.shape, ofQueries.buffer), Matrix(validated: k.shape, ofKeys.buffer),
      Matrix(validated: k.shape, ofValues.buffer)
    )
  }
}

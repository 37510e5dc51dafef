package import AffineQuant
/// Probabilities of classes.
package enum Softmax {
  /// The sum of the negative log-likelihoods of one target a row, each of which has a share in the loss, and the
  /// gradient of that loss with respect to the logits. Rows with the target -1 do not count.
  ///
  /// - Precondition: Every other target is a column.
  package static func crossEntropy(
    _ logits: Matrix<Float>, targets: [Int], share: Float, on execution: Execution
  ) -> (sum: Double, gradient: Matrix<Float>) {
    let columns = logits.shape.columns
    precondition(targets.count == logits.shape.rows)
    precondition(targets.allSatisfy { $0 >= -1 && $0 < columns })
    let losses = BufferBuilder<Double>(count: targets.count)
    let gradient = Matrix<Float>.filled(logits.shape, execution) { rows, output in
      let source = logits.values.span
      for row in rows {
        let to = (row - rows.lowerBound) * columns
        var loss = 0.0
        if targets[row] < 0 {
          for column in 0..<columns { output[to + column] = 0 }
        } else {
          var part = output.part(to..<to + columns)
          let (largest, sum) = RowKernels.softmax(
            row, of: logits, share: share, into: &part, execution)
          output[to + targets[row]] -= share
          let distance = Double(largest) - Double(source[row * columns + targets[row]])
          loss = FloatFunctions.logarithm(Double(sum)) + distance
        }
        losses.memory.withRange(row..<row + 1) { $0[0] = loss }
      }
    }
    return (losses.buffer.array.reduce(0, +), gradient)
  }

  /// The negative log-likelihood of one target a row.
  ///
  /// - Precondition: Every target is a column.
  package static func losses(
    _ logits: Matrix<Float>, targets: [Int], on execution: Execution
  ) -> [Double] {
    let columns = logits.shape.columns
    precondition(targets.count == logits.shape.rows)
    precondition(targets.allSatisfy { $0 >= 0 && $0 < columns })
    return execution.numbers(rows: targets.count, columns: columns) { row in
      var scratch = [Float](repeating: 0, count: columns)
      var span = scratch.mutableSpan
      let (largest, sum) = RowKernels.softmax(row, of: logits, share: 1, into: &span, execution)
      let distance = Double(largest) - Double(logits[row, targets[row]])
      return FloatFunctions.logarithm(Double(sum)) + distance
    }
  }
}

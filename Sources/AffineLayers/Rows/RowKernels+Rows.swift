internal import AffineQuant
internal import AffineKernels

extension RowKernels {
  /// Writes e^(value - largest) · share / sum of one row, and returns the largest and the sum.
  static func softmax(
    _ row: Int, of x: Matrix<Float>, share: Float, into output: inout MutableSpan<Float>,
    _ execution: Execution
  ) -> (largest: Float, sum: Float) {
    precondition(output.count == x.shape.columns)
    let kernel = softmax.best(on: execution)
    return unsafe output.withUnsafeMutableBufferPointer { output in
      guard let out = output.baseAddress else { return (0, 0) }
      var arguments = unsafe SoftmaxRow(
        c: aq_softmax_args(
          count: x.shape.columns, in: x.values.pointer + row * x.shape.columns, out: out,
          share: share, largest: 0, sum: 0))
      kernel(&arguments)
      return unsafe (arguments.c.largest, arguments.c.sum)
    }
  }

  /// Turns the pairs of the first heads of each row by its row of `turns`, that of its position; columns
  /// behind them are left out.
  static func rotate(
    _ x: Matrix<Float>, heads: Int, turns: Matrix<Float>, sequence: Int? = nil,
    on execution: Execution
  ) -> Matrix<Float> {
    let (columns, size) = (x.shape.columns, turns.shape.columns)
    let width = heads * size
    let sequence = sequence ?? max(x.shape.rows, 1)
    let kernel = rotate.best(on: execution)
    let output = BufferBuilder<Float>(count: x.shape.rows * width)
    // Rows do not overlap.
    ThreadPool.shared.parallelRows(x.shape.rows, width, execution) { rows in
      for row in rows {
        var arguments = unsafe RotateRow(
          c: aq_rotate_args(
            heads: heads, half: size / 2, turns: turns.values.pointer + row % sequence * size,
            in: x.values.pointer + row * columns, out: output.memory.pointer + row * width))
        kernel(&arguments)
      }
    }
    withExtendedLifetime((x, turns)) {}
    return Matrix(validated: Shape(x.shape.rows, width), output.buffer)
  }
}

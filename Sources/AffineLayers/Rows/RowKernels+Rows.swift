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

  /// Turns the pairs of the first columns of the first heads of each row by its row of `turns`, that of its
  /// position in a sequence of as many; columns behind the heads are left out.
  static func rotate(
    _ x: Matrix<Float>, heads: Int, size: Int, turns: Matrix<Float>, on execution: Execution
  ) -> Matrix<Float> {
    let (columns, turning, sequence) = (x.shape.columns, turns.shape.columns, turns.shape.rows)
    let width = heads * size
    let kernel = rotate.best(on: execution)
    let output = BufferBuilder<Float>(count: x.shape.rows * width)
    // Heads that turn whole lie one after another.
    let (calls, atOnce) = turning == size ? (1, heads) : (heads, 1)
    // Rows do not overlap.
    ThreadPool.shared.parallelRows(x.shape.rows, width, execution) { rows in
      for row in rows {
        for call in 0..<calls {
          let (source, target) = unsafe (
            x.values.pointer + row * columns + call * size,
            output.memory.pointer + row * width + call * size
          )
          var arguments = unsafe RotateRow(
            c: aq_rotate_args(
              heads: atOnce, half: turning / 2,
              turns: turns.values.pointer + row % sequence * turning, in: source, out: target))
          kernel(&arguments)
          if turning < size {
            unsafe (target + turning).update(from: source + turning, count: size - turning)
          }
        }
      }
    }
    withExtendedLifetime((x, turns)) {}
    return Matrix(validated: Shape(x.shape.rows, width), output.buffer)
  }
}

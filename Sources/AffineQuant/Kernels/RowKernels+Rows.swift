internal import AffineKernels

extension RowKernels {
  /// Writes e^(value - largest) · share / sum of one row, and returns the largest and the sum.
  static func softmax(
    _ row: Int, of x: Matrix<Float>, share: Float, into output: inout MutableSpan<Float>,
    _ execution: Execution
  ) -> (largest: Float, sum: Float) {
    precondition(output.count == x.shape.columns)
    let kernel = softmax.best(on: execution.instructionSet)
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
    let kernel = rotate.best(on: execution.instructionSet)
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

  /// Adds rows of `x` to `count` rows of sums. `pairs` adds those of some sums, each in its order.
  static func addRows(
    of x: Matrix<Float>, to count: Int, on execution: Execution,
    _ pairs: (_ sums: Range<Int>, _ add: (_ row: Int, _ sum: Int) -> Void) -> Void
  ) -> Matrix<Float> {
    let columns = x.shape.columns
    let kernel = ElementKernels.accumulate.best(on: execution.instructionSet)
    let sums = Buffer<Float>(count: count * columns, zeroed: true) { output in
      // Each part adds to rows of its own.
      ThreadPool.shared.parallelRows(
        count, columns * max(x.shape.rows / max(count, 1), 1), execution
      ) { part in
        pairs(part) { row, sum in
          precondition(part.contains(sum) && row >= 0 && row < x.shape.rows)
          var arguments = unsafe Elements(
            c: aq_elements_args(
              count: columns, first: x.values.pointer + row * columns, other: nil,
              out: output.pointer + sum * columns, factor: 1))
          kernel(&arguments)
        }
      }
    }
    withExtendedLifetime(x) {}
    return Matrix(validated: Shape(count, columns), sums)
  }

  /// Rows of a matrix by their numbers.
  static func gather(
    _ table: Matrix<Float>, rows numbers: [Int], on execution: Execution
  ) -> Matrix<Float> {
    let columns = table.shape.columns
    let output = BufferBuilder<Float>(count: numbers.count * columns)
    // Rows do not overlap.
    ThreadPool.shared.parallelRows(numbers.count, columns, execution) { part in
      for row in part {
        precondition(numbers[row] >= 0 && numbers[row] < table.shape.rows)
        unsafe (output.memory.pointer + row * columns).update(
          from: table.values.pointer + numbers[row] * columns, count: columns)
      }
    }
    withExtendedLifetime(table) {}
    return Matrix(validated: Shape(numbers.count, columns), output.buffer)
  }
}

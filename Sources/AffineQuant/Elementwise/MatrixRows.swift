internal import AffineKernels

/// Functions that move or add whole rows.
package enum MatrixRows {
  /// Adds rows of `x` to `count` rows of sums. `pairs` adds those of some sums, each in its order.
  package static func addRows(
    of x: Matrix<Float>, to count: Int, on execution: Execution,
    _ pairs: (_ sums: Range<Int>, _ add: (_ row: Int, _ sum: Int) -> Void) -> Void
  ) -> Matrix<Float> {
    let columns = x.shape.columns
    let kernel = ElementKernels.accumulate.best(on: execution)
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
  package static func gather(
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

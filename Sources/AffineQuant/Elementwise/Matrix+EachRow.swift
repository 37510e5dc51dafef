extension Matrix {
  /// The values of one row.
  @_lifetime(borrow self)
  package func row(_ row: Int) -> Span<Element> {
    values.span.extracting(row * shape.columns..<(row + 1) * shape.columns)
  }
}

extension Matrix<Float> {
  /// Computes every row by itself, several at once on the threads of `execution`.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns.
  ///   - work: How many elements are read for a row, if not one a column.
  ///   - execution: Threads; the result does not depend on them.
  ///   - body: Writes all values of a row; what they are before is undefined.
  package init(
    _ shape: Shape, work: Int? = nil, on execution: Execution,
    row body: (_ row: Int, _ output: inout MutableSpan<Float>) -> Void
  ) {
    let columns = shape.columns
    let values = Buffer<Float>(
      count: shape.count, zeroed: false,
      disjoint: { memory in
        // Rows do not overlap.
        ThreadPool.shared.parallelRows(shape.rows, work ?? columns, execution) { rows in
          for row in rows {
            memory.withRange(row * columns..<(row + 1) * columns) { body(row, &$0) }
          }
        }
      })
    self.init(validated: shape, values)
  }

  /// Rows that one partial result gathers: a number of its own, so that no result depends on threads.
  private static var gathered: Int { 64 }

  /// Gathers rows into one row: first 64 neighbours at a time in `Float`, then these in `Double`.
  ///
  /// - Parameters:
  ///   - rows: How many rows there are to gather.
  ///   - columns: How many numbers come of each.
  ///   - start: What every partial result is before its first row.
  ///   - execution: Threads; the result does not depend on them.
  ///   - combine: Joins two partial results: a sum, a minimum or a maximum.
  ///   - gather: Takes a row into a partial result.
  /// - Returns: One number a column; `start` without rows.
  package static func gathered(
    rows: Int, columns: Int, from start: Float, on execution: Execution,
    combine: (Double, Double) -> Double,
    gather: (_ row: Int, _ partial: inout MutableSpan<Float>) -> Void
  ) -> [Double] {
    let parts = (rows + gathered - 1) / gathered
    let partials = Matrix(
      Shape(parts, columns), work: gathered * columns, on: execution
    ) { part, partial in
      for column in partial.indices { partial[column] = start }
      for row in part * gathered..<Swift.min((part + 1) * gathered, rows) { gather(row, &partial) }
    }
    var all = [Double](repeating: Double(start), count: columns)
    let span = partials.values.span
    for part in 0..<parts {
      for column in 0..<columns {
        all[column] = combine(all[column], Double(span[part * columns + column]))
      }
    }
    return all
  }
}

extension Execution {
  /// One number a row, each computed by itself, several at once.
  ///
  /// - Parameters:
  ///   - rows: How many rows there are.
  ///   - columns: How many elements are read for one.
  ///   - body: The number of a row.
  /// - Returns: The numbers in the order of the rows.
  package func numbers(rows: Int, columns: Int, _ body: (_ row: Int) -> Double) -> [Double] {
    let numbers = Buffer<Double>(
      count: rows, zeroed: false,
      disjoint: { memory in
        // Rows do not overlap.
        ThreadPool.shared.parallelRows(rows, columns, self) { part in
          memory.withRange(part) { numbers in
            for (place, row) in part.enumerated() { numbers[place] = body(row) }
          }
        }
      })
    return numbers.array
  }
}

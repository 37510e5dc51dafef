// Changes in place, in the memory there is unless it is shared.

extension Matrix<Float> {
  /// Multiplies every value.
  package mutating func scale(by factor: Float, on execution: Execution) {
    let (rowCount, columns) = (shape.rows, shape.columns)
    values.change { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(rowCount, columns, execution) { rows in
        memory.withRange(rows.lowerBound * columns..<rows.upperBound * columns) { values in
          for index in values.indices { values[index] *= factor }
        }
      }
    }
  }

  /// Adds a matrix of the same shape.
  package mutating func add(_ other: Matrix<Float>, on execution: Execution) {
    precondition(shape == other.shape)
    let (rowCount, columns) = (shape.rows, shape.columns)
    values.change { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(rowCount, columns, execution) { rows in
        let range = rows.lowerBound * columns..<rows.upperBound * columns
        let added = other.values.span.extracting(range)
        memory.withRange(range) { values in
          for index in values.indices { values[index] += added[index] }
        }
      }
    }
  }
}

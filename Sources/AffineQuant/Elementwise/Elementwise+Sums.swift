extension Elementwise {
  /// Rows that are summed on their own before their sums are added, so that the order of additions
  /// does not depend on the threads.
  package static let blockRows = 64

  /// The sum of each column, 1 x columns.
  package static func columnSums(_ x: Matrix<Float>, on execution: Execution) -> Matrix<Float> {
    let rows = x.shape.rows
    let blocks = (rows + blockRows - 1) / blockRows
    if blocks <= 1 {
      return MatrixRows.addRows(of: x, to: 1, on: execution) { _, add in
        for row in 0..<rows { add(row, 0) }
      }
    }
    let partial = MatrixRows.addRows(of: x, to: blocks, on: execution) { part, add in
      for block in part {
        for row in block * blockRows..<min((block + 1) * blockRows, rows) { add(row, block) }
      }
    }
    return columnSums(partial, on: execution)
  }
}

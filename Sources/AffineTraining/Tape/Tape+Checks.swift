internal import AffineQuant

extension Tape {
  /// Refuses extents that an operation cannot take.
  func check(
    _ isRight: Bool, _ tensor: String, _ error: @autoclosure () -> ShapeError
  ) throws(TrainingError) {
    guard isRight else { throw .shape(tensor: tensor, error()) }
  }

  /// Refuses two matrices of different shapes.
  func checkEqual(_ a: Shape, _ b: Shape, _ tensor: String) throws(TrainingError) {
    try check(
      a.rows == b.rows, tensor, .mismatchedExtent(axis: "rows", lhs: a.rows, rhs: b.rows))
    try check(
      a.columns == b.columns, tensor,
      .mismatchedExtent(axis: "columns", lhs: a.columns, rhs: b.columns))
  }

  /// Refuses a weight or bias that is not one row as long as those of `x`.
  func checkRow(_ row: Variable?, of x: Variable, _ tensor: String) throws(TrainingError) {
    guard let row else { return }
    try checkEqual(Shape(1, x.shape.columns), row.shape, tensor)
  }

  /// Refuses columns that are not whole heads, and rows that are not whole sequences.
  func checkHeads(
    _ x: Variable, _ heads: Int, _ lengths: [Int], _ tensor: String
  ) throws(TrainingError) {
    try check(
      heads >= 1 && x.shape.columns.isMultiple(of: heads), tensor,
      .misaligned(axis: "columns", position: x.shape.columns, block: heads))
    var rows = 0
    for length in lengths {
      // No more than there are, so that the sum does not overflow.
      try check(
        length >= 1 && length <= x.shape.rows - rows, tensor,
        .wrongCount(of: "rows of sequences", expected: x.shape.rows - rows, found: length))
      rows += length
    }
    try check(
      rows == x.shape.rows, tensor,
      .wrongCount(of: "rows of sequences", expected: x.shape.rows, found: rows))
  }

  /// Refuses numbers that are no rows of a table.
  func checkRows(
    _ numbers: [Int], _ rows: Range<Int>, _ tensor: String
  ) throws(TrainingError) {
    for number in numbers where !rows.contains(number) {
      throw .shape(
        tensor: tensor, .outOfRange(axis: "token", index: number, extent: rows.upperBound))
    }
  }
}

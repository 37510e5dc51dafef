internal import AffineQuant

/// Sums of rows in an order that halves of them share: that of the windows of a batch.
enum RowTree {
  /// The sum of so many rows. Each is made when something is added to it: as many are in memory as the tree is deep, and
  /// not all.
  static func sum<Failure: Error>(
    _ count: Int, on execution: Execution, _ row: (Int) throws(Failure) -> Matrix<Float>
  ) throws(Failure) -> Matrix<Float> {
    try sum(0..<count, execution, row)
  }

  private static func sum<Failure: Error>(
    _ rows: Range<Int>, _ execution: Execution, _ row: (Int) throws(Failure) -> Matrix<Float>
  ) throws(Failure) -> Matrix<Float> {
    guard rows.count > 1 else { return try row(rows.lowerBound) }
    let middle = rows.lowerBound + rows.count / 2
    var first = try sum(rows.lowerBound..<middle, execution, row)
    let second = try sum(middle..<rows.upperBound, execution, row)
    // A row may lie in what arrived, and is not copied before something is added to it.
    if rows.count < 4 { return Elementwise.add(first, second, on: execution) }
    Elementwise.accumulate(&first, second, on: execution)
    return first
  }
}

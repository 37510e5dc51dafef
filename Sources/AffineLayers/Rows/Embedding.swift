package import AffineQuant
/// Rows of a table by their numbers.
package enum Embedding {
  /// The named rows of a table, one a row.
  ///
  /// - Precondition: Every number is that of a row of the table.
  package static func gather(
    _ table: Matrix<Float>, rows numbers: [Int], on execution: Execution
  ) -> Matrix<Float> {
    MatrixRows.gather(table, rows: numbers, on: execution)
  }

  /// The gradient of the table: each row of it is the sum of the rows of `gradient` that name it, in
  /// ascending order.
  ///
  /// - Precondition: Every number is at least 0 and below `tableRows`.
  package static func scatterGradient(
    _ gradient: Matrix<Float>, rows numbers: [Int], tableRows: Int, on execution: Execution
  ) -> Matrix<Float> {
    precondition(numbers.count == gradient.shape.rows)
    precondition(numbers.allSatisfy { $0 >= 0 && $0 < tableRows })
    // By row of the table, then by row of the gradient: each part adds to its own rows of the table.
    let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    return MatrixRows.addRows(of: gradient, to: tableRows, on: execution) { part, add in
      var next = firstPlace(of: part.lowerBound, order, numbers)
      while next < order.count, numbers[order[next]] < part.upperBound {
        add(order[next], numbers[order[next]])
        next += 1
      }
    }
  }

  /// The first place in the order whose number is not below a row of the table.
  private static func firstPlace(of row: Int, _ order: [Int], _ numbers: [Int]) -> Int {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[order[middle]] < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

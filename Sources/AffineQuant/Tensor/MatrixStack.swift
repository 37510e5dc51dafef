/// Matrices of one shape, one after the other: the leading dimensions of a batch.
///
///     let tokens = try MatrixStack(leading: [2, 8], matrix)   // 16 · rows × columns
///     let output = try tokens.map { try linear($0, weight) }  // leading [2, 8] again
public struct MatrixStack<Element: FloatElement>: Sendable {
  /// The leading dimensions.
  public let leading: [Int]
  /// All rows, those of the first matrix first.
  public let matrix: Matrix<Element>

  /// Takes the rows of all matrices.
  ///
  /// - Parameters:
  ///   - leading: The leading dimensions, outermost first.
  ///   - matrix: The rows of the first matrix, then those of the next.
  /// - Throws: ``ShapeError``: a negative dimension, or rows that do not divide into so many matrices.
  public init(leading: [Int], _ matrix: Matrix<Element>) throws(ShapeError) {
    var count = 1
    for dimension in leading {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else {
        throw .invalid(rows: dimension, columns: matrix.shape.columns)
      }
      count = product
    }
    let rows = matrix.shape.rows
    guard count > 0 ? rows.isMultiple(of: count) : rows == 0 else {
      throw .wrongCount(of: "rows", expected: count * (rows / max(count, 1) + 1), found: rows)
    }
    self.leading = leading
    self.matrix = matrix
  }

  /// All dimensions: the leading ones, rows and columns of each matrix.
  public var dimensions: [Int] {
    let count = leading.reduce(1, *)
    return leading + [count == 0 ? 0 : matrix.shape.rows / count, matrix.shape.columns]
  }

  /// A function of all rows at once: a product, an activation.
  ///
  /// - Throws: What `body` throws.
  /// - Precondition: `body` returns as many rows as it is given.
  public func map<Other: FloatElement, Failure: Error>(
    _ body: (Matrix<Element>) throws(Failure) -> Matrix<Other>
  ) throws(Failure) -> MatrixStack<Other> {
    let result = try body(matrix)
    guard result.shape.rows == matrix.shape.rows,
      let stack = try? MatrixStack<Other>(leading: leading, result)
    else { preconditionFailure("\(matrix.shape.rows) rows became \(result.shape.rows)") }
    return stack
  }
}

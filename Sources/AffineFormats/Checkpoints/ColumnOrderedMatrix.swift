public import AffineQuant

/// A weight whose columns may have been put in another order, so that each group is contiguous.
public struct ColumnOrderedMatrix: Sendable, Equatable {
  /// The weight, outputs × inputs in the order of ``columns``.
  public let matrix: AnyQuantized
  /// Which column of the original weight each column is; `nil`: all are where they were.
  public let columns: [Int]?

  init(matrix: AnyQuantized, columns: [Int]? = nil) {
    self.matrix = matrix
    self.columns = columns
  }

  /// An activation with its columns in the order of the weight's.
  ///
  /// `linear(arranged(x), matrix)` is the product of `x` and the original weight.
  ///
  /// `input` has as many columns as the weight, in their original order.
  ///
  /// - Throws: ``AffineQuant/ShapeError/mismatchedDepth(lhs:rhs:)``.
  public func arranged<Element: FloatElement>(
    _ input: Matrix<Element>
  ) throws(ShapeError) -> Matrix<Element> {
    guard input.shape.columns == matrix.shape.columns else {
      throw .mismatchedDepth(lhs: input.shape.columns, rhs: matrix.shape.columns)
    }
    guard let columns else { return input }
    return Matrix(rows: input.shape.rows, columns: columns.count) { input[$0, columns[$1]] }
  }
}

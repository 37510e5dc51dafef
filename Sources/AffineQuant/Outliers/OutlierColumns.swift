/// The columns of an activation whose values are too large for codes, to be multiplied as floats.
///
/// With these columns zeroed in `X`, and taken out of `X` and `W`,
/// `X · Wᵀ = rest(X) · Wᵀ + outliers(X) · outliers(W)ᵀ`.
///
/// Source: Dettmers et al., "LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale"
/// (arXiv 2208.07339).
public struct OutlierColumns: Sendable, Hashable {
  /// The columns, in ascending order.
  public let columns: [Int]

  /// Finds the columns of which a value has at least this magnitude.
  ///
  /// - Parameters:
  ///   - input: The activation, a row a token.
  ///   - threshold: The magnitude; infinity finds finite values nowhere, 0 switches the search off.
  ///   - execution: Threads; the result does not depend on them.
  public init(
    in input: Matrix<Float>, threshold: Float = 6, on execution: Execution = .standard
  ) {
    guard threshold > 0, input.shape.count > 0 else {
      columns = []
      return
    }
    let largest = Matrix.gathered(
      rows: input.shape.rows, columns: input.shape.columns, from: 0, on: execution, combine: max
    ) { row, largest in
      let values = input.row(row)
      for column in values.indices {
        let magnitude = values[column].magnitude
        largest[column] = magnitude > largest[column] ? magnitude : largest[column]
      }
    }
    columns = largest.indices.filter { largest[$0] >= Double(threshold) }
  }

  /// The matrix with these columns zeroed.
  ///
  /// `matrix` has at least as many columns as the last of ``columns`` needs.
  ///
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  public func zeroed(
    in matrix: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    try check(matrix.shape)
    guard !columns.isEmpty else { return matrix }
    return Matrix(matrix.shape, on: execution) { row, output in
      let values = matrix.row(row)
      for column in values.indices { output[column] = values[column] }
      for column in columns { output[column] = 0 }
    }
  }

  /// These columns alone, side by side.
  ///
  /// - Parameters:
  ///   - matrix: At least as many columns as the last of ``columns`` says.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: As many rows, one column for each of ``columns``.
  /// - Throws: ``ShapeError/outOfRange(axis:index:extent:)``.
  public func gathered<Element: FloatElement>(
    from matrix: Matrix<Element>, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    try check(matrix.shape)
    return Matrix(Shape(matrix.shape.rows, columns.count), on: execution) { row, output in
      let values = matrix.row(row)
      for (place, column) in columns.enumerated() { output[place] = values[column].float }
    }
  }

  /// Puts back together what ``zeroed(in:on:)`` and ``gathered(from:on:)`` took apart, or the two parts
  /// of a weight's gradient.
  ///
  /// - Parameters:
  ///   - values: Side by side, one column for each of ``columns``.
  ///   - matrix: All columns.
  ///   - execution: Threads; the result does not depend on them.
  /// - Returns: The matrix with the values in place of these columns.
  /// - Throws: ``ShapeError``.
  public func placed(
    _ values: Matrix<Float>, in matrix: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    try check(matrix.shape)
    try values.shape.requireEqual(Shape(matrix.shape.rows, columns.count))
    return Matrix(matrix.shape, on: execution) { row, output in
      let (values, rest) = (values.row(row), matrix.row(row))
      for column in rest.indices { output[column] = rest[column] }
      for (place, column) in columns.enumerated() { output[column] = values[place] }
    }
  }

  private func check(_ shape: Shape) throws(ShapeError) {
    guard let last = columns.last, last >= shape.columns else { return }
    throw .outOfRange(axis: "column", index: last, extent: shape.columns)
  }
}

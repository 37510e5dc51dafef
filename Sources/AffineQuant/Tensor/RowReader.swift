/// Reads parts of rows as floats; those of `Float` are read where they are.
struct RowReader<Element: FloatElement> {
  private let matrix: Matrix<Element>
  private let floats: Matrix<Float>?
  private var scratch: [Float]

  init(_ matrix: Matrix<Element>) {
    self.matrix = matrix
    floats = matrix as? Matrix<Float>
    scratch = floats == nil ? [Float](repeating: 0, count: matrix.shape.columns) : []
  }

  /// Lends some columns of rows: all at once where they are read in place, else row by row.
  mutating func read(
    _ rows: Range<Int>, _ columns: Range<Int>, _ body: (FloatRows) -> Void
  ) {
    guard !rows.isEmpty, !columns.isEmpty else { return }
    let stride = matrix.shape.columns
    if let floats {
      let first = rows.lowerBound * stride + columns.lowerBound
      let end = (rows.upperBound - 1) * stride + columns.upperBound
      FloatRows.lend(
        floats.values.span.extracting(first..<end), rows, columns, stride: stride, body)
      return
    }
    let values = matrix.values
    for row in rows {
      let first = row * stride + columns.lowerBound
      var all = scratch.mutableSpan
      var span = all.part(0..<columns.count)
      Element.widen(values.span.extracting(first..<first + columns.count), into: &span)
      FloatRows.lend(span.span, row..<row + 1, columns, stride: stride, body)
    }
  }
}

/// Reads rows as floats; rows of `Float` are read where they are.
struct RowReader<Element: FloatElement> {
  private let matrix: Matrix<Element>
  private let floats: Matrix<Float>?
  private var scratch: [Float]

  init(_ matrix: Matrix<Element>) {
    self.matrix = matrix
    floats = matrix as? Matrix<Float>
    scratch = floats == nil ? [Float](repeating: 0, count: matrix.shape.columns) : []
  }

  /// Lends one row.
  mutating func read(_ row: Int, _ body: (borrowing Span<Float>) -> Void) {
    let columns = row * matrix.shape.columns..<(row + 1) * matrix.shape.columns
    if let floats {
      body(floats.values.span.extracting(columns))
      return
    }
    let values = matrix.values
    let source = values.span.extracting(columns)
    var span = scratch.mutableSpan
    Element.widen(source, into: &span)
    body(span.span)
  }
}

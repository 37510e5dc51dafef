/// Some columns of neighbouring rows of floats, for the time of a call.
@safe
struct FloatRows {
  /// Which rows of the matrix they are, and which columns.
  let rows: Range<Int>
  let columns: Range<Int>
  /// How far the first values of two neighbouring rows lie apart.
  let stride: Int
  private let start: UnsafePointer<Float>

  /// Lends values, of which the first is that of the first row and column; not where there are none.
  static func lend(
    _ values: borrowing Span<Float>, _ rows: Range<Int>, _ columns: Range<Int>, stride: Int,
    _ body: (FloatRows) -> Void
  ) {
    guard !rows.isEmpty, !columns.isEmpty else { return }
    precondition(values.count >= (rows.count - 1) * stride + columns.count)
    unsafe values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      unsafe lend(start, rows, columns, stride: stride, body)
    }
  }

  /// The same of memory that the caller has checked.
  static func lend(
    _ start: UnsafePointer<Float>, _ rows: Range<Int>, _ columns: Range<Int>, stride: Int,
    _ body: (FloatRows) -> Void
  ) {
    unsafe body(FloatRows(rows: rows, columns: columns, stride: stride, start: start))
  }

  /// The first value of the first row.
  var pointer: UnsafePointer<Float> { unsafe start }
}

/// Reads parts of rows as floats; those of `Float` are read where they are, those of 16 bits are widened by a kernel.
@safe
struct RowReader<Element: FloatElement> {
  private let matrix: Matrix<Element>
  /// The values of `matrix`, an address: threads that count references to one matrix wait for each other.
  private let floats: UnsafePointer<Float>?
  /// `nil`: the element type itself says how values are widened.
  private let widen: Kernel<Halves>?
  private var scratch: [Float] = []

  /// Values that are lent at once, where they are more than a row: the second-level cache holds them
  /// beside their codes, and they take long against a call.
  static var values: Int { 1 << 14 }

  init(_ matrix: Matrix<Element>, _ execution: Execution) {
    self.matrix = matrix
    widen = HalfConversion(of: Element.self, execution)?.widen
    unsafe floats = (matrix as? Matrix<Float>)?.values.pointer
  }

  /// Lends some columns of rows, a few rows at a time.
  mutating func read(
    _ rows: Range<Int>, _ columns: Range<Int>, _ body: (FloatRows) -> Void
  ) {
    guard !rows.isEmpty, !columns.isEmpty else { return }
    let height = max(Self.values / columns.count, 1)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let end = min(row + height, rows.upperBound)
      lend(row..<end, columns, body)
      row = end
    }
  }

  private mutating func lend(
    _ rows: Range<Int>, _ columns: Range<Int>, _ body: (FloatRows) -> Void
  ) {
    let (stride, width) = (matrix.shape.columns, columns.count)
    if let floats = unsafe floats {
      precondition(rows.upperBound <= matrix.shape.rows && columns.upperBound <= stride)
      unsafe FloatRows.lend(
        floats + rows.lowerBound * stride + columns.lowerBound, rows, columns, stride: stride, body)
      return
    }
    let missing = rows.count * width - scratch.count
    if missing > 0 { scratch.append(contentsOf: repeatElement(0, count: missing)) }
    let (values, widen) = (matrix.values, widen)
    var all = scratch.mutableSpan
    for (index, row) in rows.enumerated() {
      let first = row * stride + columns.lowerBound
      var span = all.part(index * width..<(index + 1) * width)
      guard let widen else {
        Element.widen(values.span.extracting(first..<first + width), into: &span)
        continue
      }
      precondition(first >= 0 && first + width <= values.count)
      unsafe widen.widen(UnsafeRawPointer(values.pointer + first), into: &span)
    }
    withExtendedLifetime(values) {}
    FloatRows.lend(scratch.span, rows, columns, stride: width, body)
  }
}

/// A dense float matrix, row by row; further leading dimensions fold into the rows.
///
/// A value: copies share memory, which is written to only where no other value shares it.
public struct Matrix<Element: FloatElement>: Sendable {
  /// The rows and columns.
  public let shape: Shape
  /// The values, row by row.
  public package(set) var values: Buffer<Element>

  /// Takes values row by row.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns.
  ///   - values: As many as the shape has.
  /// - Throws: ``ShapeError/wrongCount(of:expected:found:)`` or ``ShapeError/invalid(rows:columns:)``.
  public init(_ shape: Shape, _ values: [Element]) throws(ShapeError) {
    try self.init(shape, Buffer(values))
  }

  /// Takes memory without copying it.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns.
  ///   - values: As many as the shape has, row by row.
  /// - Throws: ``ShapeError/wrongCount(of:expected:found:)`` or ``ShapeError/invalid(rows:columns:)``.
  public init(_ shape: Shape, _ values: Buffer<Element>) throws(ShapeError) {
    try shape.validate()
    guard values.count == shape.count else {
      throw .wrongCount(of: "values", expected: shape.count, found: values.count)
    }
    self.shape = shape
    self.values = values
  }

  /// Computes every value from its row and column.
  ///
  /// - Parameters:
  ///   - rows: How many rows.
  ///   - columns: How many columns.
  ///   - value: The value at a row and a column, both from 0; called row by row.
  /// - Precondition: Both extents are at least 0.
  public init(
    rows: Int, columns: Int, _ value: (_ row: Int, _ column: Int) -> Element
  ) {
    shape = Shape(rows, columns)
    values = Buffer(count: rows * columns, zeroed: false) { memory in
      for row in 0..<rows {
        for column in 0..<columns { memory[row * columns + column] = value(row, column) }
      }
    }
  }

  package init(validated shape: Shape, _ values: Buffer<Element>) {
    precondition(values.count == shape.count, "\(values.count) values for \(shape)")
    self.shape = shape
    self.values = values
  }

  /// The value at a row and a column.
  ///
  /// - Precondition: The matrix has both.
  public subscript(row: Int, column: Int) -> Element {
    get { values[place(row, column)] }
    set {
      let place = place(row, column)
      values.change { $0[place] = newValue }
    }
  }

  private func place(_ row: Int, _ column: Int) -> Int {
    precondition(
      UInt(bitPattern: row) < UInt(bitPattern: shape.rows)
        && UInt(bitPattern: column) < UInt(bitPattern: shape.columns),
      "[\(row), \(column)] is outside a matrix of \(shape)")
    return row * shape.columns + column
  }
}

extension Matrix: Equatable where Element: Equatable {}

extension Matrix: CustomStringConvertible {
  public var description: String { "Matrix<\(Element.elementType.rawValue)> \(shape)" }
}

extension Shape {
  package func validate() throws(ShapeError) {
    guard rows >= 0, columns >= 0, !rows.multipliedReportingOverflow(by: columns).overflow else {
      throw .invalid(rows: rows, columns: columns)
    }
  }

  /// - Throws: ``ShapeError/mismatchedExtent(axis:lhs:rhs:)`` for the first that differs.
  package func requireEqual(_ other: Shape) throws(ShapeError) {
    guard rows == other.rows else {
      throw .mismatchedExtent(axis: "rows", lhs: rows, rhs: other.rows)
    }
    guard columns == other.columns else {
      throw .mismatchedExtent(axis: "columns", lhs: columns, rhs: other.columns)
    }
  }
}

/// The rows and columns of a matrix.
public struct Shape: Sendable, Hashable, CustomStringConvertible {
  /// How many rows there are.
  public let rows: Int
  /// How many columns there are.
  public let columns: Int

  /// Takes rows, then columns; operations check them.
  public init(_ rows: Int, _ columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// How many elements a matrix of this shape has.
  public var count: Int { rows * columns }

  /// The shape of the transpose.
  public var transposed: Shape { Shape(columns, rows) }

  public var description: String { "\(rows)×\(columns)" }
}

/// The extents of a block of values with one scale.
public struct Block: Sendable, Hashable {
  /// The extent of an axis along which the scale does not change.
  public static let whole = Int.max

  /// Rows that share a scale, or ``whole``.
  public let rows: Int
  /// Columns that share a scale, or ``whole``.
  public let columns: Int

  /// - Precondition: Both extents are at least 1.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 1 && columns >= 1, "a block of \(rows)×\(columns) holds no value")
    self.rows = rows
    self.columns = columns
  }

  /// The block of the transpose.
  public var transposed: Block { Block(rows: columns, columns: rows) }

  /// The name on the command line: `tensor row column group32 block32x32`.
  public var name: String {
    switch (rows, columns) {
    case (Block.whole, Block.whole): "tensor"
    case (1, Block.whole): "row"
    case (Block.whole, 1): "column"
    case (1, let size): "group\(size)"
    default: "block\(Self.name(rows))x\(Self.name(columns))"
    }
  }

  private static func name(_ extent: Int) -> String { extent == whole ? "all" : "\(extent)" }
}

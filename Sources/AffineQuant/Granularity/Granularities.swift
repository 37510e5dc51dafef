/// One scale a matrix.
public enum PerTensor: RowSliced, ColumnSliced {
  public typealias Transposed = PerTensor
  public static let block = Block(rows: Block.whole, columns: Block.whole)
}

/// One scale a row: an output channel of a weight, a token of an activation.
public enum PerRow: RowSliced, TransposableGranularity, RowJoinable {
  public typealias Transposed = PerColumn
  public static let block = Block(rows: 1, columns: Block.whole)
}

/// One scale a token: ``PerRow``, as activations call it.
public typealias PerToken = PerRow

/// One scale a column.
public enum PerColumn: ColumnSliced, ColumnJoinable {
  public typealias Transposed = PerRow
  public static let block = Block(rows: Block.whole, columns: 1)
}

/// One scale for every `size` neighbours in a row; the last group may be shorter.
public enum PerGroup<let size: Int>: RowSliced, RowJoinable, ColumnJoinable {
  public static var block: Block { Block(rows: 1, columns: size) }
}

/// One scale for every block of `rows × columns`; the last ones may be smaller.
public enum PerBlock<let rows: Int, let columns: Int>:
  RowSliced, ColumnSliced, RowJoinable, ColumnJoinable
{
  public typealias Transposed = PerBlock<columns, rows>
  public static var block: Block { Block(rows: rows, columns: columns) }
}

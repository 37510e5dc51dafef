/// Which block each element of a matrix lies in.
///
/// The first row and column of blocks may be cut short by ``origin``: a slice that starts inside
/// a group keeps that group's scale. So any slice of any granularity is exact.
package struct BlockGrid: Sendable, Hashable {
  package let shape: Shape
  package let block: Block
  /// How many rows and columns of the first blocks are cut off.
  package let origin: Shape

  package init(_ shape: Shape, _ block: Block, origin: Shape = Shape(0, 0)) {
    self.shape = shape
    self.block = block
    self.origin = origin
  }

  /// The shape of the matrix of scales.
  package var extent: Shape {
    Shape(
      Self.blocks(shape.rows, block.rows, origin.rows),
      Self.blocks(shape.columns, block.columns, origin.columns))
  }

  package func blockRow(_ row: Int) -> Int { (row + origin.rows) / block.rows }
  package func blockColumn(_ column: Int) -> Int { (column + origin.columns) / block.columns }

  /// The columns that share the scales of one column of blocks.
  package func columns(ofBlock index: Int) -> Range<Int> {
    Self.run(index, block.columns, origin.columns, shape.columns)
  }

  /// The rows that share the scales of one row of blocks.
  package func rows(ofBlock index: Int) -> Range<Int> {
    Self.run(index, block.rows, origin.rows, shape.rows)
  }

  package var transposed: BlockGrid {
    BlockGrid(shape.transposed, block.transposed, origin: origin.transposed)
  }

  /// The grid of a part of the matrix.
  package func slice(rows: Range<Int>, columns: Range<Int>) -> BlockGrid {
    BlockGrid(
      Shape(rows.count, columns.count), block,
      origin: Shape(
        Self.phase(rows.lowerBound + origin.rows, block.rows),
        Self.phase(columns.lowerBound + origin.columns, block.columns)))
  }

  private static func phase(_ position: Int, _ block: Int) -> Int {
    block == Block.whole ? 0 : position % block
  }

  private static func blocks(_ extent: Int, _ block: Int, _ origin: Int) -> Int {
    extent == 0 ? 0 : (extent - 1 + origin) / block + 1
  }

  private static func run(_ index: Int, _ block: Int, _ origin: Int, _ extent: Int) -> Range<Int> {
    if block == Block.whole { return 0..<extent }
    return max(index * block - origin, 0)..<min((index + 1) * block - origin, extent)
  }
}

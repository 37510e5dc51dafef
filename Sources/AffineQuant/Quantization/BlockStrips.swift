/// Blocks that are quantized together, while their values lie in a cache.
struct BlockStrip {
  let rows, columns: Range<Int>
  /// Their places in the matrix of scales, row by row.
  let blocks: Range<Int>
}

/// The blocks of a matrix in strips: each a row of blocks, or some columns of one.
struct BlockStrips {
  private let grid: BlockGrid
  /// Columns of a strip, and strips side by side.
  private let width, across: Int
  /// Where the runs of a strip's rows end; none where every column is a run.
  let ends: [Int]

  /// A strip that is read twice should be found in the last cache the second time.
  private static let cachedValues = 1 << 20
  /// Codes of this many columns are whole cache lines, and whole bytes of every storage.
  private static let granule = 64

  init(_ grid: BlockGrid, threads: Int) {
    self.grid = grid
    let columns = grid.shape.columns
    guard grid.block.columns == 1 else {
      (width, across) = (columns, 1)
      ends = RowRuns(grid, 0..<columns).ends
      return
    }
    // Tall strips are narrow, and enough for all threads.
    let rows = max(min(grid.block.rows, grid.shape.rows), 1)
    let fair = threads == 1 ? columns : columns / (2 * threads)
    width = max(min(Self.cachedValues / rows, fair) / Self.granule, 1) * Self.granule
    across = (columns + width - 1) / width
    ends = []
  }

  var count: Int { grid.extent.rows * across }

  /// Values of one strip.
  var size: Int { min(grid.block.rows, grid.shape.rows) * width }

  subscript(index: Int) -> BlockStrip {
    let (blockRow, place) = (index / across, index % across)
    let columns = place * width..<min((place + 1) * width, grid.shape.columns)
    let first = blockRow * grid.extent.columns
    let blocks =
      ends.isEmpty
      ? first + columns.lowerBound..<first + columns.upperBound : first..<first + ends.count
    return BlockStrip(rows: grid.rows(ofBlock: blockRow), columns: columns, blocks: blocks)
  }
}

/// Blocks that are quantized together, while their values lie in a cache.
struct BlockStrip {
  let rows, columns: Range<Int>
  /// Their places in the matrix of scales, row by row.
  let blocks: Range<Int>
}

/// The blocks of a matrix in strips: each some rows of it, a row of blocks, or some columns of one.
struct BlockStrips {
  private let grid: BlockGrid
  /// Rows of blocks of a strip.
  private let height: Int
  /// Columns of a strip, and strips side by side.
  private let width, across: Int
  /// Where the runs of a strip's rows end; none where every column is a run.
  let ends: [Int]

  /// Values of a strip that the second-level cache should still hold when it is read again.
  private static let cachedValues = Blocking.cacheBytes / 8
  /// The same of the first-level cache, beside their codes.
  private static let nearestValues = 1 << 12
  /// Codes of this many columns are whole cache lines; of half as many, for threads that would have none, still
  /// whole bytes of every storage.
  private static let granule = 64

  /// - Parameters:
  ///   - grid: The blocks.
  ///   - threads: Threads that should all have some.
  ///   - areReadOnce: Whether no strip is read again, so that it need not fit into a cache.
  init(_ grid: BlockGrid, threads: Int, areReadOnce: Bool = false) {
    self.grid = grid
    let columns = grid.shape.columns
    guard grid.block.columns == 1 else {
      (width, across) = (columns, 1)
      // Rows with parameters of their own are read at once: so many that the first-level cache holds them.
      let near = max(Self.nearestValues / max(columns, 1), 1)
      height = grid.block.rows == 1 ? near : 1
      ends = RowRuns.ends(grid, 0..<columns)
      return
    }
    // Tall strips are narrow, and enough for all threads.
    let rows = max(min(grid.block.rows, grid.shape.rows), 1)
    let near = areReadOnce ? columns : Self.cachedValues / rows
    let fair = threads == 1 ? columns : columns / (2 * threads)
    let granule = columns < threads * Self.granule ? Self.granule / 2 : Self.granule
    width = max(min(near, fair) / granule, 1) * granule
    (height, across) = (1, (columns + width - 1) / width)
    ends = []
  }

  var count: Int { (grid.extent.rows + height - 1) / height * across }

  /// Values of one strip.
  var size: Int { min(grid.block.rows, grid.shape.rows) * width * height }

  subscript(index: Int) -> BlockStrip {
    let (first, place) = (index / across * height, index % across)
    let last = min(first + height, grid.extent.rows) - 1
    let columns = place * width..<min((place + 1) * width, grid.shape.columns)
    let rows = grid.rows(ofBlock: first).lowerBound..<grid.rows(ofBlock: last).upperBound
    let left = ends.isEmpty ? columns.lowerBound : 0
    let right = ends.isEmpty ? columns.upperBound : ends.count
    let width = grid.extent.columns
    return BlockStrip(
      rows: rows, columns: columns, blocks: first * width + left..<last * width + right)
  }
}

/// The runs of some columns of a row that share parameters, as kernels want them.
package struct RowRuns {
  package let columns: Range<Int>
  /// Where each run ends, counted from the first of the columns.
  package let ends: [Int]
  /// The block of the first run, of the loaded row.
  private(set) var firstBlock = 0
  /// Zero points of the loaded row as floats; zeros where the mapping has none.
  private(set) var zeroPoints: [Float]
  private let firstBlockColumn: Int

  init(_ matrix: CodeMatrix, _ columns: Range<Int>) {
    self.init(matrix.grid, columns)
  }

  package init(_ grid: BlockGrid, _ columns: Range<Int>) {
    self.columns = columns
    guard !columns.isEmpty else {
      (ends, zeroPoints, firstBlockColumn) = ([], [], 0)
      return
    }
    let first = grid.blockColumn(columns.lowerBound)
    let last = grid.blockColumn(columns.upperBound - 1)
    ends = (first...last).map { block in
      min(grid.columns(ofBlock: block).upperBound, columns.upperBound) - columns.lowerBound
    }
    firstBlockColumn = first
    zeroPoints = [Float](repeating: 0, count: ends.count)
  }

  /// Points to the blocks of a row.
  mutating func load(_ row: Int, _ matrix: CodeMatrix) {
    firstBlock = matrix.blocks(ofRow: row).lowerBound + firstBlockColumn
    guard matrix.zeroPoints.count > 0 else { return }
    let source = matrix.zeroPoints.span
    for run in zeroPoints.indices { zeroPoints[run] = Float(source[firstBlock + run]) }
  }

  /// Lends the ends and the zero points to a kernel; there is at least one run.
  func withPointers(_ body: (UnsafePointer<Int>, UnsafePointer<Float>) -> Void) {
    unsafe withStarts(ends, zeroPoints, body)
  }
}

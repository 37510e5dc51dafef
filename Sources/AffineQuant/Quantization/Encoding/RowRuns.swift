/// The runs of some columns of a row that share parameters, as kernels want them.
package struct RowRuns {
  package let columns: Range<Int>
  /// How many runs there are.
  package let count: Int
  /// The block of the first run, of the loaded row.
  private(set) var firstBlock = 0
  private let firstBlockColumn: Int
  /// Where each run ends, counted from the first of the columns; and zero points of the loaded row as floats, zeros
  /// where the mapping has none.
  private let ends: DisjointMemory<Int>
  private let zeroPoints: DisjointMemory<Float>
  /// What the memory belongs to, where it is not the caller's.
  private let owners: (BufferBuilder<Int>, BufferBuilder<Float>)?

  /// In memory of their own.
  init(_ matrix: CodeMatrix, _ columns: Range<Int>) {
    let count = Self.blocks(matrix.grid, columns).count
    let owners = (BufferBuilder<Int>(count: count), BufferBuilder<Float>(count: count))
    self.init(matrix.grid, columns, owners.0.memory, owners.1.memory, owners)
  }

  /// In memory that has room for a number a block of a row, and outlives them.
  init(
    _ matrix: CodeMatrix, _ columns: Range<Int>, ends: DisjointMemory<Int>,
    zeroPoints: DisjointMemory<Float>
  ) {
    self.init(matrix.grid, columns, ends, zeroPoints, nil)
  }

  private init(
    _ grid: BlockGrid, _ columns: Range<Int>, _ ends: DisjointMemory<Int>,
    _ zeroPoints: DisjointMemory<Float>, _ owners: (BufferBuilder<Int>, BufferBuilder<Float>)?
  ) {
    let blocks = Self.blocks(grid, columns)
    self.columns = columns
    count = blocks.count
    firstBlockColumn = blocks.lowerBound
    self.ends = ends
    self.zeroPoints = zeroPoints
    self.owners = owners
    for run in 0..<blocks.count {
      ends[run] = Self.end(blocks.lowerBound + run, grid, columns)
      zeroPoints[run] = 0
    }
  }

  /// The columns of blocks that some columns lie in.
  private static func blocks(_ grid: BlockGrid, _ columns: Range<Int>) -> Range<Int> {
    guard !columns.isEmpty else { return 0..<0 }
    return grid.blockColumn(columns.lowerBound)..<grid.blockColumn(columns.upperBound - 1) + 1
  }

  private static func end(_ block: Int, _ grid: BlockGrid, _ columns: Range<Int>) -> Int {
    min(grid.columns(ofBlock: block).upperBound, columns.upperBound) - columns.lowerBound
  }

  /// Where each run of some columns ends, counted from the first of them.
  package static func ends(_ grid: BlockGrid, _ columns: Range<Int>) -> [Int] {
    blocks(grid, columns).map { end($0, grid, columns) }
  }

  /// Where a run ends.
  func end(of run: Int) -> Int { ends[run] }

  /// Points to the blocks of a row.
  mutating func load(_ row: Int, _ matrix: CodeMatrix) {
    firstBlock = matrix.blocks(ofRow: row).lowerBound + firstBlockColumn
    guard matrix.zeroPoints.count > 0 else { return }
    let source = matrix.zeroPoints.span
    for run in 0..<count { zeroPoints[run] = Float(source[firstBlock + run]) }
  }

  /// Lends the ends and the zero points to a kernel, if there are any.
  func withPointers(_ body: (UnsafePointer<Int>, UnsafePointer<Float>) -> Void) {
    guard count > 0 else { return }
    unsafe body(UnsafePointer(ends.pointer), UnsafePointer(zeroPoints.pointer))
    withExtendedLifetime(owners) {}
  }
}

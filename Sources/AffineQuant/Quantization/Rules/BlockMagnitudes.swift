/// What a block's scale needs of its magnitudes.
struct BlockMagnitudes {
  private var sum = 0.0
  private var count = 0
  /// The largest, and the smallest that is not zero; infinity where all are.
  private(set) var largest: Float = 0
  private(set) var smallest = Float.infinity

  var mean: Float { count == 0 ? 0 : Float(sum / Double(count)) }

  mutating func add(_ value: Float) {
    let magnitude = value.magnitude
    sum += Double(magnitude)
    count += 1
    largest = max(largest, magnitude)
    if magnitude > 0 { smallest = min(smallest, magnitude) }
  }

  mutating func add(_ other: BlockMagnitudes) {
    sum += other.sum
    count += other.count
    largest = max(largest, other.largest)
    smallest = min(smallest, other.smallest)
  }

  /// Rows that are added up before they join others: a number of its own, so that no sum depends on threads.
  private static let gathered = 64

  /// Those of every block of a matrix, row of blocks by row of blocks.
  static func all<Element: FloatElement>(
    _ source: Matrix<Element>, _ grid: BlockGrid, _ execution: Execution
  ) -> [BlockMagnitudes] {
    let (width, extent) = (grid.shape.columns, grid.extent)
    let columns = (0..<extent.columns).map { grid.columns(ofBlock: $0) }
    return (0..<extent.rows).flatMap { blockRow in
      let rows = grid.rows(ofBlock: blockRow)
      let parts = (rows.count + gathered - 1) / gathered
      let found = BufferBuilder<BlockMagnitudes>(count: parts * extent.columns)
      ThreadPool.shared.parallelRows(parts, gathered * width, execution) { mine in
        for part in mine {
          var blocks = [BlockMagnitudes](repeating: BlockMagnitudes(), count: extent.columns)
          let first = rows.lowerBound + part * gathered
          for row in first..<min(first + gathered, rows.upperBound) {
            let values = source.row(row)
            for (index, range) in columns.enumerated() {
              for column in range { blocks[index].add(values[column].float) }
            }
          }
          // A part's range is its own.
          found.memory.withRange(part * extent.columns..<(part + 1) * extent.columns) { target in
            for index in blocks.indices { target[index] = blocks[index] }
          }
        }
      }
      let partial = found.buffer.span
      return columns.indices.map { column in
        (0..<parts).reduce(into: BlockMagnitudes()) {
          $0.add(partial[$1 * extent.columns + column])
        }
      }
    }
  }
}

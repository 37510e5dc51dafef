internal import Synchronization

/// The smallest and largest value of every block, row of blocks by row of blocks.
struct BlockRanges {
  private(set) var minimum: Buffer<Float>
  private(set) var maximum: Buffer<Float>

  /// Reads every value once.
  ///
  /// - Throws: ``QuantizationError/notFinite(_:row:column:)`` for the first such value.
  init<Element: FloatElement>(
    _ source: Matrix<Element>, _ grid: BlockGrid, _ execution: Execution
  ) throws(QuantizationError) {
    // A single block would be a single part: its rows are read as blocks and joined.
    let isOne = grid.extent.count == 1
    let parts = isOne ? BlockGrid(grid.shape, Block(rows: 1, columns: Block.whole)) : grid
    let strips = BlockStrips(parts, threads: execution.threads)
    let isFinite = Atomic(true)
    var (low, high) = (Buffer<Float>([]), Buffer<Float>([]))
    low = Buffer(count: parts.extent.count, zeroed: false) { low in
      high = Buffer(count: parts.extent.count, zeroed: false) { high in
        // Strips have blocks of their own.
        ThreadPool.shared.parallelRows(strips.count, strips.size, execution) { part in
          var reader = RowReader(source, execution)
          var ranges = StripRanges(parts, execution)
          for index in part {
            let strip = strips[index]
            if !ranges.read(strip, strips.ends, &reader) {
              isFinite.store(false, ordering: .relaxed)
            }
            low.withRange(strip.blocks) { $0.copy(ranges.low.span) }
            high.withRange(strip.blocks) { $0.copy(ranges.high.span) }
          }
        }
      }
    }
    guard isFinite.load(ordering: .relaxed) else { throw Self.notFinite(source) }
    (minimum, maximum) = (low, high)
    if isOne {
      minimum = Buffer([low.array.min() ?? .infinity])
      maximum = Buffer([high.array.max() ?? -.infinity])
    }
  }

  /// The first value that is not finite; there is one.
  static func notFinite<Element: FloatElement>(
    _ source: Matrix<Element>
  ) -> QuantizationError {
    for row in 0..<source.shape.rows {
      for column in 0..<source.shape.columns {
        let value = source[row, column].float
        if !value.isFinite { return .notFinite(value, row: row, column: column) }
      }
    }
    preconditionFailure("every value of \(source.shape) is finite")
  }
}

extension MutableSpan<Float> {
  /// Takes the values of a span of the same length.
  fileprivate mutating func copy(_ values: borrowing Span<Float>) {
    for index in indices { self[index] = values[index] }
  }
}

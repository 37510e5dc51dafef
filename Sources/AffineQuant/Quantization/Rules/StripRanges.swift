/// The smallest and largest values of the blocks of strips, one strip after the other.
struct StripRanges {
  /// One a block of the strip that was read last.
  private(set) var low: [Float] = []
  private(set) var high: [Float] = []
  private let kernel: Kernel<RangeOfRuns>
  /// Blocks of several rows and columns are read column by column first: their rows are short.
  private let joinsColumns: Bool
  private var columnLow: [Float] = []
  private var columnHigh: [Float] = []
  private var unread: [Float] = []

  init(_ grid: BlockGrid, _ execution: Execution) {
    kernel = QuantizeKernels.range.best(on: execution)
    joinsColumns = grid.block.rows > 1 && grid.block.columns > 1
  }

  /// Reads a strip.
  ///
  /// - Returns: Whether all values are finite.
  mutating func read<Element: FloatElement>(
    _ strip: BlockStrip, _ ends: [Int], _ reader: inout RowReader<Element>
  ) -> Bool {
    Self.clear(&low, strip.blocks.count, .infinity)
    Self.clear(&high, strip.blocks.count, -.infinity)
    guard joinsColumns else { return Self.join(strip, ends, &reader, kernel, &low, &high) }
    Self.clear(&columnLow, strip.columns.count, .infinity)
    Self.clear(&columnHigh, strip.columns.count, -.infinity)
    let isFinite = Self.join(strip, [], &reader, kernel, &columnLow, &columnHigh)
    // What is not asked for, the largest of the smallest values and the smallest of the largest, goes
    // where nobody reads it.
    Self.clear(&unread, strip.blocks.count, 0)
    Self.join(columnLow, ends, kernel, &low, &unread)
    Self.join(columnHigh, ends, kernel, &unread, &high)
    return isFinite
  }

  /// Takes the ranges of some columns, which are blocks, from what was found before.
  mutating func join(_ parts: [ColumnRanges.Part], _ columns: Range<Int>) {
    Self.clear(&low, columns.count, .infinity)
    Self.clear(&high, columns.count, -.infinity)
    for part in parts {
      for (index, column) in columns.enumerated() {
        low[index] = min(low[index], part.low[column])
        high[index] = max(high[index], part.high[column])
      }
    }
  }

  private static func join<Element: FloatElement>(
    _ strip: BlockStrip, _ ends: [Int], _ reader: inout RowReader<Element>,
    _ kernel: Kernel<RangeOfRuns>, _ low: inout [Float], _ high: inout [Float]
  ) -> Bool {
    var isFinite = true
    reader.read(strip.rows, strip.columns) { rows in
      if !kernel.join(rows, ends, &low, &high) { isFinite = false }
    }
    return isFinite
  }

  private static func join(
    _ columns: [Float], _ ends: [Int], _ kernel: Kernel<RangeOfRuns>, _ low: inout [Float],
    _ high: inout [Float]
  ) {
    FloatRows.lend(columns.span, 0..<1, columns.indices, stride: 0) {
      _ = kernel.join($0, ends, &low, &high)
    }
  }

  /// Keeps the memory of the strip before.
  private static func clear(_ values: inout [Float], _ count: Int, _ value: Float) {
    values.removeAll(keepingCapacity: true)
    values.append(contentsOf: repeatElement(value, count: count))
  }
}

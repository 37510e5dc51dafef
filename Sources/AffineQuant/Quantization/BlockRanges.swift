internal import AffineKernels

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
    // What a row contributes to each column of blocks; for blocks of one row that is all.
    let (rows, width) = (source.shape.rows, grid.extent.columns)
    let runs = RowRuns(grid, 0..<source.shape.columns)
    let kernel = QuantizeKernels.range.best(on: execution.instructionSet)
    var (low, high) = (Buffer<Float>([]), Buffer<Float>([]))
    let finite = Buffer<Bool>(count: rows, zeroed: false) { finite in
      low = Buffer(count: rows * width, zeroed: false) { low in
        high = Buffer(count: rows * width, zeroed: false) { high in
          // Rows do not overlap.
          ThreadPool.shared.parallelRows(rows, source.shape.columns, execution) { part in
            var reader = RowReader(source)
            for row in part {
              let range = row * width..<(row + 1) * width
              finite.withRange(row..<row + 1) { finite in
                low.withRange(range) { low in
                  high.withRange(range) { high in
                    reader.read(row) { values in
                      finite[0] = Self.reduce(values, runs.ends, kernel, &low, &high)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    if let row = finite.array.firstIndex(of: false) { throw Self.notFinite(source, row) }
    (minimum, maximum) = (low, high)
    if grid.block.rows > 1 { join(grid) }
  }

  private static func reduce(
    _ values: borrowing Span<Float>, _ ends: [Int], _ kernel: Kernel<RangeOfRuns>,
    _ low: inout MutableSpan<Float>, _ high: inout MutableSpan<Float>
  ) -> Bool {
    var isFinite = true
    unsafe values.withUnsafeBufferPointer { values in
      unsafe low.withUnsafeMutableBufferPointer { low in
        unsafe high.withUnsafeMutableBufferPointer { high in
          guard let from = values.baseAddress, let low = low.baseAddress,
            let high = high.baseAddress
          else { return }
          unsafe withStarts(ends, ends) { starts, _ in
            var arguments = unsafe RangeOfRuns(
              c: aq_range_args(
                values: from, runs: ends.count, ends: starts, minimum: low, maximum: high,
                is_finite: true))
            kernel(&arguments)
            unsafe isFinite = arguments.c.is_finite
          }
        }
      }
    }
    return isFinite
  }

  /// Joins the rows of each block.
  private mutating func join(_ grid: BlockGrid) {
    let width = grid.extent.columns
    minimum = Self.join(minimum, grid, width) { min($0, $1) }
    maximum = Self.join(maximum, grid, width) { max($0, $1) }
  }

  private static func join(
    _ rows: Buffer<Float>, _ grid: BlockGrid, _ width: Int, _ pick: (Float, Float) -> Float
  ) -> Buffer<Float> {
    let source = rows.span
    return Buffer(count: grid.extent.count) { joined in
      for row in 0..<grid.shape.rows {
        let target = grid.blockRow(row) * width
        let isFirst = grid.rows(ofBlock: grid.blockRow(row)).lowerBound == row
        for column in 0..<width {
          let value = source[row * width + column]
          joined[target + column] = isFirst ? value : pick(joined[target + column], value)
        }
      }
    }
  }

  private static func notFinite<Element: FloatElement>(
    _ source: Matrix<Element>, _ row: Int
  ) -> QuantizationError {
    let column = (0..<source.shape.columns).first { !source[row, $0].float.isFinite } ?? 0
    return .notFinite(source[row, column].float, row: row, column: column)
  }
}

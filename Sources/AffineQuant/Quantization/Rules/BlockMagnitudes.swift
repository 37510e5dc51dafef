/// What a block's scale needs of its magnitudes.
struct BlockMagnitudes {
  private let sum: Double
  private let count: Int
  /// The largest, and the smallest that is not zero; infinity where all are.
  let largest, smallest: Float

  var mean: Float { count == 0 ? 0 : Float(sum / Double(count)) }

  /// Those of the values of a block, as of one row.
  init(_ values: borrowing Span<Float>, _ execution: Execution) {
    let kernel = QuantizeKernels.magnitudes.best(on: execution)
    let totals = Totals(blocks: 1, strips: 1)
    FloatRows.lend(values, 0..<1, values.indices, stride: 0) { rows in
      totals.add(rows, [rows.columns.count], to: 0, kernel)
    }
    self = totals.joined(0..<1, 0, count: values.count)
  }

  private init(sum: Double, count: Int, largest: Float, smallest: Float) {
    self.sum = sum
    self.count = count
    self.largest = largest
    self.smallest = smallest
  }

  /// Rows that are added up before they join others: a number of its own, so that no sum depends on threads.
  private static let gathered = 64

  /// Those of every block of a matrix, row of blocks by row of blocks.
  static func all<Element: FloatElement>(
    _ source: Matrix<Element>, _ grid: BlockGrid, _ execution: Execution
  ) -> [BlockMagnitudes] {
    let (width, extent) = (grid.shape.columns, grid.extent)
    let kernel = QuantizeKernels.magnitudes.best(on: execution)
    let ends = grid.block.columns == 1 ? [] : RowRuns.ends(grid, 0..<width)
    let blockRows = (0..<extent.rows).map { grid.rows(ofBlock: $0) }
    let strips = blockRows.map { rows in
      stride(from: rows.lowerBound, to: rows.upperBound, by: gathered).map {
        $0..<min($0 + gathered, rows.upperBound)
      }
    }
    let all = strips.flatMap(\.self)
    let totals = Totals(blocks: extent.columns, strips: all.count)
    let height = (grid.shape.rows + all.count - 1) / max(all.count, 1)
    ThreadPool.shared.parallelRows(all.count, height * width, execution) { mine in
      var reader = RowReader(source, execution)
      for strip in mine {
        reader.read(all[strip], 0..<width) { totals.add($0, ends, to: strip, kernel) }
      }
    }
    var first = 0
    return zip(blockRows, strips).flatMap { rows, strips in
      let range = first..<first + strips.count
      first = range.upperBound
      return (0..<extent.columns).map { column in
        totals.joined(range, column, count: rows.count * grid.columns(ofBlock: column).count)
      }
    }
  }
}

extension BlockMagnitudes {
  /// What kernels have found so far, strip after strip, of each block of a strip.
  fileprivate struct Totals {
    private let blocks: Int
    private let sums: BufferBuilder<Double>
    private let smallest, largest: BufferBuilder<Float>

    init(blocks: Int, strips: Int) {
      self.blocks = blocks
      sums = BufferBuilder(count: strips * blocks, zeroed: true)
      smallest = BufferBuilder(count: strips * blocks)
      largest = BufferBuilder(count: strips * blocks, zeroed: true)
      smallest.memory.withRange(0..<strips * blocks) { $0.update(repeating: .infinity) }
    }

    /// Adds rows of a strip, whose range is its own.
    func add(_ rows: FloatRows, _ ends: [Int], to strip: Int, _ kernel: Kernel<MagnitudesOfRuns>) {
      let range = strip * blocks..<(strip + 1) * blocks
      sums.memory.withRange(range) { sums in
        smallest.memory.withRange(range) { smallest in
          largest.memory.withRange(range) { kernel.join(rows, ends, &sums, &smallest, &$0) }
        }
      }
    }

    /// One block of some strips, in their order.
    func joined(_ strips: Range<Int>, _ block: Int, count: Int) -> BlockMagnitudes {
      let places = strips.map { $0 * blocks + block }
      return BlockMagnitudes(
        sum: places.reduce(0) { $0 + sums.memory[$1] }, count: count,
        largest: places.reduce(0) { max($0, largest.memory[$1]) },
        smallest: places.reduce(.infinity) { min($0, smallest.memory[$1]) })
    }
  }
}

extension Matrix<Float> {
  /// Σ|x| / count of finite values, the same on any number of threads.
  package func meanMagnitude(on execution: Execution) -> Float {
    let whole = Block(rows: Block.whole, columns: Block.whole)
    return BlockMagnitudes.all(self, BlockGrid(shape, whole), execution).first?.mean ?? 0
  }
}

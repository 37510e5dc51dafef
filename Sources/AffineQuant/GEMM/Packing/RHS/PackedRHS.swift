/// What the left side of a product of codes needs to know of the right one.
struct RHSTerms {
  let slices: ContractedSlices
  /// The zero point of all unsigned codes; `nil` where each block has its own.
  let commonZero: Int?
  /// What products are multiplied by besides the scales: a power of two.
  let factor: Float
  let hasBiases: Bool
}

/// What a product needs of a tiled matrix besides its codes, in the order of panels: one a panel,
/// slice and lane. An object, which every product passes on.
package final class PackedRHS: Sendable {
  let layout: RHSLayout
  let slices: ContractedSlices
  let scales: PackedScales
  /// Empty where the mapping has none.
  let biases: PackedScales
  /// Zero points of the unsigned codes of the tile; empty where all are ``RHSLayout/offset``.
  let zeros: Buffer<Int32>
  /// What each code stands for; empty where codes are whole numbers.
  let table: Buffer<Float>
  /// The same as whole numbers, where they are.
  let whole: WholeTable?
  /// What only some products need.
  let derived: RHSSums

  /// Bytes of the codes of a panel.
  let panelBytes: Int
  /// K-groups of the first column of blocks, and of each whole one after it.
  let blockGroups: (first: Int, later: Int)

  /// The same cut short enough for float sums, with the slice of this one that each is a part of;
  /// `nil` where these are cut finer than blocks are.
  let short: ShortSlices?

  /// The parameters of panels whose blocks lie as `grid` says.
  init(
    layout: RHSLayout, slices: ContractedSlices, _ grid: BlockGrid, scales: PackedScales,
    biases: PackedScales, zeros: Buffer<Int32>, table: Buffer<Float>, whole: WholeTable?,
    derived: RHSSums
  ) {
    self.layout = layout
    self.slices = slices
    self.scales = scales
    self.biases = biases
    self.zeros = zeros
    self.table = table
    self.whole = whole
    self.derived = derived
    panelBytes = slices.groupCount * layout.groupBytes
    // Cuts inside a block lie between k-groups, and all blocks between the first and the last are whole.
    let first = grid.extent.columns > 0 ? grid.columns(ofBlock: 0).count : 0
    blockGroups = (
      layout.groups(of: first), layout.groups(of: min(grid.block.columns, grid.shape.columns))
    )
    short = ShortSlices(of: slices, grid)
  }

  /// Bytes of the numbers of all panels, without tables, which do not grow with the matrix.
  var byteCount: Int {
    scales.byteCount + biases.byteCount + 4 * zeros.count + derived.byteCount
  }

  /// Where the parameters of a panel start.
  func start(of panel: Int) -> Int { panel * slices.ranges.count * layout.nr }

  /// The zero point of all unsigned codes, where they have one.
  var commonZero: Int { whole?.zero ?? layout.offset }

  /// What products are multiplied by besides the scales.
  var factor: Float { whole?.factor ?? 1 }

  /// What a left side needs to know of it.
  var terms: RHSTerms {
    RHSTerms(
      slices: slices, commonZero: zeros.count > 0 ? nil : commonZero, factor: factor,
      hasBiases: biases.count > 0)
  }

  /// What makes values of codes less ``RHSLayout/signedOffset``.
  var valueOffsets: ValueOffsets { derived.valueOffsets { ValueOffsets(self) } }

  /// The parameters of every block, one for each row of it and slice.
  static func spread<Value: ExpressibleByIntegerLiteral & BitwiseCopyable & Sendable, Source>(
    _ values: Buffer<Source>, _ grid: BlockGrid, lanes: Int, _ slices: ContractedSlices,
    lasts: Bool = false, _ execution: Execution, _ convert: (Source) -> Value
  ) -> Buffer<Value> {
    guard values.count > 0 else { return Buffer([]) }
    let (rows, count) = (grid.shape.rows, slices.ranges.count)
    let panels = (rows + lanes - 1) / lanes
    let spread = BufferBuilder<Value>(count: panels * count * lanes, lasts: lasts)
    ThreadPool.shared.parallelRows(panels, count * lanes, execution) { part in
      for panel in part {
        let present = panel * lanes..<min((panel + 1) * lanes, rows)
        let range = panel * count * lanes..<(panel + 1) * count * lanes
        Self.spread(
          BlockNumbers(values, grid), grid, present, lanes, slices, into: spread.memory, range,
          convert)
      }
    }
    return spread.buffer
  }

  /// The same for the rows of one panel, whose places are `range`.
  static func spread<Value: ExpressibleByIntegerLiteral & BitwiseCopyable & Sendable, Source>(
    _ values: BlockNumbers<Source>, _ grid: BlockGrid, _ rows: Range<Int>, _ lanes: Int,
    _ slices: ContractedSlices, into memory: DisjointMemory<Value>, _ range: Range<Int>,
    _ convert: (Source) -> Value
  ) {
    let source = values.values.span
    // A panel's range is its own.
    memory.withRange(range) { output in
      var row = rows.lowerBound
      // Block by block: finding that of a row or column takes divisions.
      while row < rows.upperBound {
        let block = grid.blockRow(row)
        let end = min(grid.rows(ofBlock: block).upperBound, rows.upperBound)
        let first = row - rows.lowerBound, last = end - rows.lowerBound
        var (column, columnEnd) = (-1, 0)
        for (slice, columns) in slices.ranges.enumerated() {
          while columns.lowerBound >= columnEnd {
            column += 1
            columnEnd = grid.columns(ofBlock: column).upperBound
          }
          let place = block * values.rowStride + column * values.columnStride
          let number = convert(source[place])
          for lane in first..<last { output[slice * lanes + lane] = number }
        }
        row = end
      }
      for slice in slices.ranges.indices {
        for lane in rows.count..<lanes { output[slice * lanes + lane] = 0 }
      }
    }
  }

  /// One number a block again, from those of its first row and slice.
  func gathered(_ numbers: PackedScales, _ grid: BlockGrid) -> Buffer<Float> {
    guard numbers.count > 0 else { return Buffer([]) }
    return Buffer(
      count: grid.extent.count, zeroed: false, disjoint: { gather(numbers, grid, into: $0) })
  }

  func gather(_ numbers: PackedScales, _ grid: BlockGrid, into output: DisjointMemory<Float>) {
    guard numbers.count > 0 else { return }
    let columns = grid.extent.columns
    var latest = -1
    for (slice, range) in slices.ranges.enumerated() {
      let column = grid.blockColumn(range.lowerBound)
      guard column != latest else { continue }
      latest = column
      for blockRow in 0..<grid.extent.rows {
        let row = grid.rows(ofBlock: blockRow).lowerBound
        output[blockRow * columns + column] = numbers[place(row, slice)]
      }
    }
  }

  /// The codes of scales and biases again; `nil` where these are numbers here.
  func codedScales(_ type: QuantizedType, _ grid: BlockGrid) -> QuantizedScales? {
    guard let codes = scales.coded, let type = type.scaleType else { return nil }
    // As wide as the matrix is: a super-block may end behind it.
    let blocks = BlockGrid(grid.extent, type.block)
    return QuantizedScales(
      scales: codes.matrix(blocks, type), biases: biases.coded?.matrix(blocks, type),
      mean: codes.places?.mean)
  }

  /// The same for the blocks of one row.
  func gathered(_ numbers: PackedScales, row: Int, _ grid: BlockGrid) -> Buffer<Float> {
    guard numbers.count > 0 else { return Buffer([]) }
    return Buffer(firstSlices(grid).map { numbers[place(row, $0)] })
  }

  /// Where the number of a row and a slice lies.
  func place(_ row: Int, _ slice: Int) -> Int {
    start(of: row / layout.nr) + slice * layout.nr + row % layout.nr
  }

  /// The slice in which each column of blocks starts.
  func firstSlices(_ grid: BlockGrid) -> [Int] {
    var first = [Int](repeating: 0, count: grid.extent.columns)
    for (slice, range) in slices.ranges.enumerated().reversed() {
      first[grid.blockColumn(range.lowerBound)] = slice
    }
    return first
  }
}

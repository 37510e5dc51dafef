/// What a product needs of a tiled matrix besides its codes, in the order of panels: one a panel,
/// slice and lane.
package struct LaneParameters: Sendable {
  let order: TileOrder
  let slices: ContractedSlices
  let scales: LaneNumbers
  /// Empty where the mapping has none.
  let biases: LaneNumbers
  /// Zero points of the unsigned codes of the tile; empty where all are ``TileOrder/offset``.
  let zeros: Buffer<Int32>
  /// What only some products need.
  let derived: LaneSums

  /// What makes a tile's unsigned codes fit in signed bytes.
  var signedOffset: Int { order.bits == 8 ? 128 : order.offset }

  /// Where the parameters of a panel start.
  func start(of panel: Int) -> Int { panel * slices.ranges.count * order.lanes }

  /// The scales as floats, kept for the next product that wants them so.
  var floatScales: Buffer<Float> { derived.scales { scales.floats } }

  /// What makes values of codes less ``signedOffset``.
  var valueOffsets: ValueOffsets { derived.valueOffsets { ValueOffsets(self) } }

  /// The parameters of every block, one for each row of it and slice.
  static func spread<Value: ExpressibleByIntegerLiteral & BitwiseCopyable & Sendable, Source>(
    _ values: Buffer<Source>, _ grid: BlockGrid, lanes: Int, _ slices: ContractedSlices,
    lasts: Bool = false, _ convert: (Source) -> Value
  ) -> Buffer<Value> {
    guard values.count > 0 else { return Buffer([]) }
    let source = values.span
    let panels = (grid.shape.rows + lanes - 1) / lanes
    let width = grid.extent.columns
    let count = panels * slices.ranges.count * lanes
    return Buffer(count: count, zeroed: true, lasts: lasts) { output in
      for (slice, range) in slices.ranges.enumerated() {
        let column = grid.blockColumn(range.lowerBound)
        for row in 0..<grid.shape.rows {
          let index = (row / lanes * slices.ranges.count + slice) * lanes + row % lanes
          output[index] = convert(source[grid.blockRow(row) * width + column])
        }
      }
    }
  }

  /// One number a block again, from those of its first row and slice.
  func gathered(_ numbers: LaneNumbers, _ grid: BlockGrid) -> Buffer<Float> {
    guard numbers.count > 0 else { return Buffer([]) }
    let first = firstSlices(grid), columns = grid.extent.columns
    return Buffer(count: grid.extent.count, zeroed: false) { output in
      for blockRow in 0..<grid.extent.rows {
        let row = grid.rows(ofBlock: blockRow).lowerBound
        for column in 0..<columns {
          output[blockRow * columns + column] = numbers[place(row, first[column])]
        }
      }
    }
  }

  /// The same for the blocks of one row.
  func gathered(_ numbers: LaneNumbers, row: Int, _ grid: BlockGrid) -> Buffer<Float> {
    guard numbers.count > 0 else { return Buffer([]) }
    return Buffer(firstSlices(grid).map { numbers[place(row, $0)] })
  }

  /// Where the number of a row and a slice lies.
  private func place(_ row: Int, _ slice: Int) -> Int {
    start(of: row / order.lanes) + slice * order.lanes + row % order.lanes
  }

  /// The slice in which each column of blocks starts.
  private func firstSlices(_ grid: BlockGrid) -> [Int] {
    var first = [Int](repeating: 0, count: grid.extent.columns)
    for (slice, range) in slices.ranges.enumerated().reversed() {
      first[grid.blockColumn(range.lowerBound)] = slice
    }
    return first
  }
}

/// What a product needs of a tiled matrix besides its codes, in the order of panels: one a panel,
/// slice and lane.
package struct LaneParameters: Sendable {
  let order: TileOrder
  let slices: ContractedSlices
  let scales: Buffer<Float>
  /// Empty where the mapping has none.
  let biases: Buffer<Float>
  /// Zero points of the unsigned codes of the tile; empty where all are ``TileOrder/offset``.
  let zeros: Buffer<Int32>
  /// Sums of codes less their zero points.
  let totals: Buffer<Int32>
  /// For each quad the products of neighbours, summed, modulo 2³².
  let products: Buffer<Int32>

  /// Where the parameters of a panel start.
  func start(of panel: Int) -> Int { panel * slices.ranges.count * order.lanes }

  /// The parameters of every block, one for each row of it and slice.
  static func spread<Value: ExpressibleByIntegerLiteral & BitwiseCopyable & Sendable, Source>(
    _ values: Buffer<Source>, _ grid: BlockGrid, lanes: Int, _ slices: ContractedSlices,
    _ convert: (Source) -> Value
  ) -> Buffer<Value> {
    guard values.count > 0 else { return Buffer([]) }
    let source = values.span
    let panels = (grid.shape.rows + lanes - 1) / lanes
    let width = grid.extent.columns
    return Buffer(count: panels * slices.ranges.count * lanes) { output in
      for (slice, range) in slices.ranges.enumerated() {
        let column = grid.blockColumn(range.lowerBound)
        for row in 0..<grid.shape.rows {
          let index = (row / lanes * slices.ranges.count + slice) * lanes + row % lanes
          output[index] = convert(source[grid.blockRow(row) * width + column])
        }
      }
    }
  }
}

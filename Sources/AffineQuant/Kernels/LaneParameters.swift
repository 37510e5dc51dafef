/// The parameters of a matrix in the order of panels: one a panel, slice and lane.
///
/// A tiled matrix keeps them from its packing; for others they are laid out on every call.
package struct LaneParameters: Sendable {
  let lanes: Int
  let slices: ContractedSlices
  let scales: Buffer<Float>
  /// Empty where the mapping has none.
  let biases: Buffer<Float>
  /// Empty where the mapping has none.
  let zeroPoints: Buffer<Int16>

  init(_ matrix: CodeMatrix, lanes: Int, slices: ContractedSlices) {
    self.lanes = lanes
    self.slices = slices
    scales = Self.spread(matrix.scales, matrix.grid, lanes, slices)
    biases = Self.spread(matrix.biases, matrix.grid, lanes, slices)
    zeroPoints = Self.spread(matrix.zeroPoints, matrix.grid, lanes, slices)
  }

  /// Where the parameters of a panel start.
  func start(of panel: Int) -> Int { panel * slices.ranges.count * lanes }

  private static func spread<Value: ExpressibleByIntegerLiteral & BitwiseCopyable & Sendable>(
    _ values: Buffer<Value>, _ grid: BlockGrid, _ lanes: Int, _ slices: ContractedSlices
  ) -> Buffer<Value> {
    guard values.count > 0 else { return Buffer([]) }
    let source = values.span
    let panels = (grid.shape.rows + lanes - 1) / lanes
    let width = grid.extent.columns
    return Buffer(count: panels * slices.ranges.count * lanes) { output in
      var index = 0
      for panel in 0..<panels {
        for slice in slices.ranges {
          let column = grid.blockColumn(slice.lowerBound)
          for row in panel * lanes..<(panel + 1) * lanes {
            if row < grid.shape.rows { output[index] = source[grid.blockRow(row) * width + column] }
            index += 1
          }
        }
      }
    }
  }
}

/// What a product needs of a tiled matrix besides its codes, in the order of panels: one a panel,
/// slice and lane.
package struct LaneParameters: Sendable {
  let order: TileOrder
  let slices: ContractedSlices
  let scales: Buffer<Float>
  /// Empty where the mapping has none.
  let biases: Buffer<Float>
  /// What is added to scaled codes, less ``signedOffset``, to make values; empty where it is zero.
  let valueBiases: Buffer<Float>
  /// Zero points of the unsigned codes of the tile; empty where all are ``TileOrder/offset``.
  let zeros: Buffer<Int32>
  /// Sums of codes less their zero points.
  let totals: Buffer<Int32>
  /// For each quad the products of neighbours, summed, modulo 2³².
  let products: Buffer<Int32>

  /// What makes a tile's unsigned codes fit in signed bytes.
  var signedOffset: Int { order.bits == 8 ? 128 : order.offset }

  /// Where the parameters of a panel start.
  func start(of panel: Int) -> Int { panel * slices.ranges.count * order.lanes }

  /// `bias + (offset − zero) · scale`, where it is not zero everywhere.
  static func valueBiases(
    _ scales: Buffer<Float>, _ biases: Buffer<Float>, _ zeros: Buffer<Int32>, _ order: TileOrder
  ) -> Buffer<Float> {
    let offset = order.bits == 8 ? 128 : order.offset
    guard biases.count > 0 || zeros.count > 0 || offset != order.offset else { return Buffer([]) }
    let (scales, biases, zeros) = (scales.span, biases.span, zeros.span)
    return Buffer(count: scales.count) { values in
      for index in scales.indices {
        let zero = zeros.count > 0 ? Int(zeros[index]) : order.offset
        let bias = biases.count > 0 ? biases[index] : 0
        values[index] = bias.addingProduct(Float(offset - zero), scales[index])
      }
    }
  }

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

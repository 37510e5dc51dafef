/// Products whose left side is quantized on its way.
package enum Product {
  /// The product of float rows, quantized by the rule of their type, and a matrix of codes: as quantizing
  /// first would give it.
  package static func quantizing(
    _ lhs: Matrix<Float>, as type: QuantizedType, _ rhs: CodeMatrix, end: ProductEnd = .none,
    on execution: Execution
  ) throws(QuantizationError) -> Matrix<Float> {
    let shape = Shape(lhs.shape.rows, rhs.shape.rows)
    try check(lhs.shape, rhs.shape, end)
    let values = BufferBuilder<Float>(count: shape.count)
    try quantizing(lhs, as: type, rhs, end, into: values.memory, execution)
    return Matrix(validated: shape, values.buffer)
  }

  static func quantizing(
    _ lhs: Matrix<Float>, as type: QuantizedType, _ rhs: CodeMatrix, _ end: ProductEnd,
    into memory: DisjointMemory<Float>, _ execution: Execution
  ) throws(QuantizationError) {
    let grid = BlockGrid(lhs.shape, type.block), shape = Shape(lhs.shape.rows, rhs.shape.rows)
    try check(lhs.shape, rhs.shape, end)
    let plan = shape.count > 0 ? plan(type, grid, rhs, finishes: !end.isNone, execution) : nil
    guard let plan, case .codes(let kernel) = plan.route,
      case .quantized(let quantize, let packing) = plan.lhs
    else {
      let codes = try CodeMatrix.quantize(lhs, as: type, QuantizationOptions(), execution)
      let call = ProductCall(.linear, .quantized(codes), .quantized(rhs), end: end, on: execution)
      call.run(finishes: !end.isNone) { block, threads, workspace, finish in
        ProductResult(
          .float32(memory), shape, end, block: block, threads: threads, workspace, finish)
      }
      return
    }
    let threads = Blocking.threads(multiplications: shape.count * lhs.shape.columns, execution)
    // The left operand's values play no part in how the right side is packed.
    let packed = ProductCall(.linear, .float(.float32(lhs)), .quantized(rhs), on: execution)
      .packed(plan, kernel.tile, against: grid)
    guard let right = packed.tiles else { preconditionFailure("packed without panels") }
    let isFinite = Workspace.lend { workspace in
      let quantizer = LHSQuantizer(
        lhs, hasOneScale: grid.extent.columns == 1,
        smallest: type.mapping.scale.smallestInvertible, for: right, kernel.tile, packing, quantize,
        threads: threads, workspace)
      let product = IntegerProduct(
        quantizer, packed, kernel, threads: threads, workspace, execution
      ) { block in
        ProductResult(
          .float32(memory), shape, end, block: block, threads: threads, workspace, plan.finish)
      }
      ThreadPool.shared.run(product, threads: threads)
      return quantizer.isFinite
    }
    guard isFinite else { throw BlockRanges.notFinite(lhs) }
  }

  private static func check(
    _ lhs: Shape, _ rhs: Shape, _ end: ProductEnd
  ) throws(QuantizationError) {
    do {
      try ProductCall.check((lhs.columns, rhs.columns), Shape(lhs.rows, rhs.rows), end)
    } catch { throw .shape(error) }
  }

  /// How rows that are quantized on their way meet a weight; `nil` where they must become a matrix of codes
  /// first: they need one scale for a row, or for each slice.
  static func plan(
    _ type: QuantizedType, _ grid: BlockGrid, _ rhs: CodeMatrix, finishes: Bool,
    _ execution: Execution
  ) -> ProductPlan? {
    guard type.storage == .signed(bits: 8), type.block.rows == 1, grid.shape.columns > 0,
      type.mapping == MappingFormat(kind: .symmetric, scale: .float32), rhs.type.multipliesCodes,
      rhs.type.block.isRowSliced
    else { return nil }
    var layouts = ProductPlan.Layouts()
    (layouts.rows, layouts.quantizes, layouts.finishes) = (grid.shape.rows, true, finishes)
    layouts.rhs = .of(rhs, against: grid)
    let plan = ProductPlan(.linear, .quantized(type), .quantized(rhs.type), layouts, execution)
    guard case .codes(let kernel) = plan.route else { return nil }
    let slices = ContractedSlices.of(rhs, against: grid, kr: kernel.tile.kr)
    return grid.extent.columns == 1 || grid.extent.columns == slices.ranges.count ? plan : nil
  }
}

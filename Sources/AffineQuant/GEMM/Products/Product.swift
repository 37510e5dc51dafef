/// Products whose left side is quantized on its way.
package enum Product {
  /// The product of float rows, quantized by the rule of their type, and a matrix of codes: as quantizing
  /// first would give it. The plans are what was decided for earlier products with this matrix.
  package static func quantizing(
    _ lhs: Matrix<Float>, as type: QuantizedType, _ rhs: CodeMatrix, end: ProductEnd = .none,
    _ plans: QuantizingPlans? = nil, on execution: Execution
  ) throws(QuantizationError) -> Matrix<Float> {
    let shape = Shape(lhs.shape.rows, rhs.shape.rows)
    try check(lhs.shape, rhs.shape, end)
    let values = BufferBuilder<Float>(count: shape.count)
    try quantizing(lhs, as: type, rhs, end, plans, into: values.memory, execution)
    return Matrix(validated: shape, values.buffer)
  }

  static func quantizing(
    _ lhs: Matrix<Float>, as type: QuantizedType, _ rhs: CodeMatrix, _ end: ProductEnd,
    _ plans: QuantizingPlans?, into memory: DisjointMemory<Float>, _ execution: Execution
  ) throws(QuantizationError) {
    let shape = Shape(lhs.shape.rows, rhs.shape.rows)
    try check(lhs.shape, rhs.shape, end)
    guard shape.count > 0, let plan = plan(lhs.shape, type, rhs, plans, execution) else {
      let codes = try CodeMatrix.quantize(lhs, as: type, QuantizationOptions(), execution)
      let call = ProductCall(.linear, .quantized(codes), .quantized(rhs), end: end, on: execution)
      call.run(finishes: !end.isNone) { block, threads, workspace, finish in
        ProductResult(
          .float32(memory), shape, end, block: block, threads: threads, workspace, finish)
      }
      return
    }
    defer { withExtendedLifetime(lhs) {} }
    guard
      try !run(
        LHSRows(lhs), rhs.shape.rows, end, plan, into: memory, stride: shape.columns, execution)
    else { return }
    // Which block has no usable parameters, quantizing the whole matrix says.
    _ = try CodeMatrix.quantize(lhs, as: type, QuantizationOptions(), execution)
    preconditionFailure("\(type.name) has codes for all rows, and not for each")
  }

  /// The product of rows that are quantized when they are packed, in rows `stride` apart.
  ///
  /// - Returns: Whether all parameters of the rows are usable; where they are not, there is no product.
  static func run(
    _ lhs: LHSRows, _ columns: Int, _ end: ProductEnd, _ plan: QuantizingPlan,
    into memory: DisjointMemory<Float>, stride: Int, _ execution: Execution
  ) throws(QuantizationError) -> Bool {
    let shape = Shape(lhs.shape.rows, columns)
    let threads = plan.right.panels.kernel.threads(shape, depth: lhs.shape.columns, execution)
    let (isValid, flaw) = Workspace.lend { workspace in
      let quantizer = LHSQuantizer(lhs, plan, threads: threads, workspace)
      let product = IntegerProduct(quantizer, plan.right.panels, threads: threads, workspace) {
        block in
        ProductResult(
          .float32(memory), shape, stride: stride, end, block: block, threads: threads,
          workspace, end.isNone ? nil : plan.finish)
      }
      ThreadPool.shared.run(product, threads: threads, execution.record)
      withExtendedLifetime(plan) {}
      return (quantizer.isValid, quantizer.flaw)
    }
    if let flaw { throw flaw }
    return isValid
  }

  private static func plan(
    _ lhs: Shape, _ type: QuantizedType, _ rhs: CodeMatrix, _ plans: QuantizingPlans?,
    _ execution: Execution
  ) -> QuantizingPlan? {
    guard let plans else { return QuantizingPlan(lhs, type, rhs, execution) }
    return plans.plan(lhs, type, rhs, execution)
  }

  static func check(
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
    // Blocks of a matrix of one row have one.
    guard type.isQuantizedBySlices || type.choosesByRange, type.block.isRowSliced,
      type.block.rows == 1 || grid.shape.rows == 1, grid.shape.columns > 0,
      rhs.type.multipliesCodes, rhs.type.block.isRowSliced
    else { return nil }
    var layouts = ProductPlan.Layouts()
    (layouts.rows, layouts.quantizes, layouts.finishes) = (grid.shape.rows, true, finishes)
    layouts.rhs = .of(rhs, against: grid)
    var plan = ProductPlan(.linear, .quantized(type), .quantized(rhs.type), layouts, execution)
    guard case .codes(let kernel) = plan.route else { return nil }
    let slices = ContractedSlices.of(rhs, against: grid, kr: kernel.tile.kr)
    if grid.extent.columns == 1 || grid.extent.columns == slices.ranges.count { return plan }
    // Blocks that are cut lie one after another all the same where nothing is padded; the kernel gives their sums,
    // not those of their slices.
    guard slices.isUnpadded, case .quantized(let quantize, let packing, _) = plan.lhs else {
      return nil
    }
    plan.lhs = .quantized(quantize, packing, sums: true)
    return plan
  }
}

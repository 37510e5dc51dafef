extension ProductCall {
  /// How this call is served.
  func plan(finishes: Bool) -> ProductPlan {
    var layouts = ProductPlan.Layouts()
    layouts.rows = shape.rows
    layouts.finishes = finishes
    if case .quantized(let codes) = lhs { layouts.lhsIsPanels = codes.tiles != nil }
    if case .quantized(let codes) = rhs {
      layouts.rhs = .of(codes, against: lhsGrid)
    }
    return ProductPlan(operation, lhs.type, rhs.type, layouts, execution)
  }

  /// The blocks of codes on the left, free axis first.
  var lhsGrid: BlockGrid? {
    guard case .quantized(let codes) = lhs else { return nil }
    return operation.axes.lhs == .rows ? codes.grid : codes.grid.transposed
  }

  /// Runs the kernels of the plan.
  func run(
    finishes: Bool,
    output: (_ block: Shape, _ threads: Int, Workspace, Kernel<FinishRows>?) ->
      ProductResult
  ) {
    // Nor is there anything to pack then, whatever the depth.
    guard shape.count > 0 else { return }
    let plan = plan(finishes: finishes)
    let threads = plan.route.threads(shape, depth: depths.lhs, execution)
    Workspace.lend { workspace in
      switch plan.route {
      case .codes(let kernel):
        runCodes(plan, kernel, threads, workspace) { output($0, threads, workspace, plan.finish) }
      case .weights(let kernel):
        guard case .values(let values, let panels) = plan.lhs else {
          preconditionFailure("a product of floats without floats")
        }
        let reader = FloatReader(
          lhs.source(panels, execution, workspace), values, threads: threads, workspace)
        let product = WeightOnlyProduct(
          reader, weightPanels(plan, kernel.tile, workspace), kernel, threads: threads, workspace
        ) { output($0, threads, workspace, plan.finish) }
        ThreadPool.shared.run(product, threads: threads, execution.record)
        withExtendedLifetime(rhs) {}
      case .floats(let kernel):
        guard case .values(let left, let leftPanels) = plan.lhs,
          case .values(let right, let rightPanels) = plan.rhs
        else { preconditionFailure("a product of floats without floats") }
        let axes = operation.axes
        let product = FloatProduct(
          FloatOperand(
            source: lhs.source(leftPanels, execution, workspace), axis: axes.lhs, kernels: left),
          FloatOperand(
            source: rhs.source(rightPanels, execution, workspace), axis: axes.rhs, kernels: right),
          kernel, threads: threads, workspace
        ) { output($0, threads, workspace, plan.finish) }
        ThreadPool.shared.run(product, threads: threads, execution.record)
      }
    }
  }

  private func runCodes(
    _ plan: ProductPlan, _ kernel: Kernel<CodePanel>, _ threads: Int, _ workspace: Workspace,
    result: (_ block: Shape) -> ProductResult
  ) {
    guard case .codes(let packing, let panels, _) = plan.lhs, case .quantized(let codes) = lhs,
      let grid = lhsGrid
    else { preconditionFailure("a product of codes without codes") }
    let left = CodeOperand(codes.rowMajor(panels, execution, workspace), operation.axes.lhs)
    if let packer = ownPacker(plan, kernel.tile, against: grid, workspace) {
      // Nobody keeps it: packed in the memory of the call.
      let hasBiases = left.codes.biases.count > 0
      let memory = RHSMemory(
        packer, totals: plan.readsTotals, scaled: hasBiases,
        products: kernel.tile.multipliesPairs, workspace)
      packer.pack(into: memory, workspace)
      let terms = RHSTerms(
        slices: packer.slices,
        commonZero: memory.zeros == nil ? memory.whole?.zero ?? packer.layout.offset : nil,
        factor: memory.whole?.factor ?? 1, hasBiases: memory.biases != nil)
      let side = LHSPacker(left, for: terms, kernel.tile, packing, threads: threads, workspace)
      let right = RightPanels(packer, memory, kernel, hasZeros: side.packed.zeros != nil)
      let product = IntegerProduct(side, right, threads: threads, workspace, result: result)
      ThreadPool.shared.run(product, threads: threads, execution.record)
      withExtendedLifetime(memory) {}
      return
    }
    let packed = packed(plan, kernel.tile, against: grid)
    guard let tiles = packed.tiles else { preconditionFailure("packed without panels") }
    let side = LHSPacker(
      left, for: tiles.terms, kernel.tile, packing, threads: threads, workspace)
    let right = RightPanels(
      packed, kernel, hasZeros: side.packed.zeros != nil, hasBiases: side.packed.biases != nil,
      execution)
    let product = IntegerProduct(side, right, threads: threads, workspace, result: result)
    ThreadPool.shared.run(product, threads: threads, execution.record)
    withExtendedLifetime(packed) {}
  }

  /// The right side of a product of floats and codes: as it lies, or packed in the memory of the call, which nobody
  /// keeps.
  private func weightPanels(
    _ plan: ProductPlan, _ tile: KernelTile, _ workspace: Workspace
  ) -> WeightPanels {
    guard let packer = ownPacker(plan, tile, against: nil, workspace) else {
      return WeightPanels(packed(plan, tile, against: nil))
    }
    let memory = RHSMemory(valuesOf: packer, workspace)
    packer.pack(into: memory, workspace)
    return WeightPanels(packer, memory, workspace.shortSlices(packer.slices, packer.operand.grid))
  }

  /// What packs a right side that does not lie in panels of the kernel; `nil` for one that does.
  private func ownPacker(
    _ plan: ProductPlan, _ tile: KernelTile, against grid: BlockGrid?, _ workspace: Workspace
  ) -> RHSPacker? {
    guard case .codes(let packing, let panels, _) = plan.rhs, case .quantized(let codes) = rhs
    else { return nil }
    let operand = CodeOperand(codes.rowMajor(panels, execution, workspace), operation.axes.rhs)
    return RHSPacker(
      operand, RHSLayout(tile, codes.storage),
      workspace.slices(grid, operand.grid, kr: tile.kr), packing, execution)
  }

  /// The right side as a kernel reads it, cut where scales of either side change.
  func packed(_ plan: ProductPlan, _ tile: KernelTile, against grid: BlockGrid?) -> CodeMatrix {
    guard case .quantized(let codes) = rhs else { preconditionFailure("a weight that is no codes") }
    let axis = operation.axes.rhs
    switch plan.rhs {
    case .codes(let packing, let panels, let sums):
      let rhsGrid = axis == .rows ? codes.grid : codes.grid.transposed
      let grids = [grid, rhsGrid].compactMap(\.self)
      let slices = ContractedSlices(grids, kr: tile.kr)
      return RHSPacker(
        CodeOperand(codes.rowMajor(panels, execution), axis), RHSLayout(tile, codes.storage),
        slices, packing, execution
      ).packed(
        totals: sums && plan.readsTotals, products: tile.multipliesPairs, lasts: false)
    default:
      return grid.map { codes.cut(against: $0, execution) } ?? codes
    }
  }
}

extension CodeMatrix {
  /// How these codes lie for a kernel of a tile, in a product with blocks on the left.
  func fit(_ tile: KernelTile, against grid: BlockGrid?) -> ProductPlan.Fit {
    guard let tiles else { return .rows }
    guard tiles.layout == RHSLayout(tile, storage) else { return .otherPanels }
    guard let grid else { return tiles.short == nil ? .otherPanels : .panels }
    guard tiles.slices.keepsBlocks(of: grid) else {
      return cut(tiles, against: grid).isFiner ? .unsummedPanels : .otherPanels
    }
    return tile.multipliesPairs && !tiles.derived.holds(.products) ? .unsummedPanels : .panels
  }

  /// The same numbers row by row, with these kernels where they lie in panels.
  func rowMajor(_ kernels: PanelKernels?, _ execution: Execution) -> CodeMatrix {
    guard let tiles, let kernels else { return self }
    return rowMajor(tiles, kernels, execution)
  }
}

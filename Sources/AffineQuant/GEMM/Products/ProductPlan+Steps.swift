extension ProductPlan {
  /// The same for reports; `split` says how threads share the work, where shapes are known.
  func plan(
    _ operation: MatrixOperation, _ first: OperandType, _ second: OperandType,
    sizes: (first: Shape, second: Shape)?, split: Plan.Split? = nil, _ execution: Execution
  ) -> Plan {
    let sizes = sizes.map { Sizes(self, operation, first, second, $0.first, $0.second) }
    let added = execution.added.map(\.row)
    return Plan(
      operation, steps(sizes),
      candidates: added.filter { $0 == route.row } + route.candidates(second, execution.precision),
      precision: route.isFloat ? execution.precision : nil, split: split, on: execution)
  }

  /// The steps, for reports.
  private func steps(_ sizes: Sizes?) -> [Plan.Step] {
    var steps: [Plan.Step] = []
    func add(_ work: Plan.Work, _ kernels: [KernelRow], _ bytes: Int?) {
      if !kernels.isEmpty { steps.append(Plan.Step(work: work, kernels: kernels, bytes: bytes)) }
    }
    let (left, right) = (sizes?.lhs, sizes?.rhs)
    switch lhs {
    case .asItLies: break
    case .codes(let packing, let panels, let sums):
      if let panels { add(.unpackLHS, panels.rows, left.map { 2 * $0.stored }) }
      add(.packLHS, packing.rows(sums: sums), left.map { $0.stored + $0.packed })
    case .quantized(let quantize, let packing, let sums):
      add(
        .quantizeLHS, [quantize.row] + packing.rowsAfterQuantizing(sums: sums),
        left.map { $0.stored + $0.packed })
    case .encoded(let range, let encode, let packing):
      add(
        .quantizeLHS, [range.row, encode.row] + packing.rowsAfterQuantizing(sums: true),
        left.map { $0.stored + $0.packed })
    case .values(let values, let panels):
      if let panels { add(.unpackLHS, panels.rows, left.map { 2 * $0.stored }) }
      add(.packLHS, values.rows, left.map { $0.stored + $0.packed })
    }
    switch rhs {
    case .asItLies, .quantized, .encoded: break
    case .codes(let packing, let panels, let sums):
      if let panels { add(.unpackRHS, panels.rows, right.map { 2 * $0.stored }) }
      add(.packRHS, packing.rows(sums: sums), right.map { $0.stored + $0.packed })
    case .values(let values, let panels):
      if let panels { add(.unpackRHS, panels.rows, right.map { 2 * $0.stored }) }
      add(.packRHS, values.rows, right.map { $0.stored + $0.packed })
    }
    if let sums {
      add(
        .sumRHS,
        sums.panels.rows + [sums.packing.unpack?.row, sums.packing.sums.row].compactMap(\.self),
        right.map { 2 * $0.stored })
    }
    add(.multiply, [route.row], sizes.map { $0.lhs.packed + $0.rhs.packed + $0.result })
    if let finish { add(.finish, [finish.row], sizes.map { 2 * $0.result }) }
    return steps
  }

  /// Bytes of the operands of a product and of its result.
  struct Sizes {
    /// Bytes as an operand is stored, and in panels.
    typealias Side = (stored: Int, packed: Int)
    let lhs, rhs: Side
    let result: Int

    init(
      _ plan: ProductPlan, _ operation: MatrixOperation, _ first: OperandType,
      _ second: OperandType,
      _ firstShape: Shape, _ secondShape: Shape
    ) {
      let tile = plan.route.tile
      lhs = (first.byteCount(of: firstShape), firstShape.count * tile.lhs.bits / 8)
      rhs = (second.byteCount(of: secondShape), secondShape.count * tile.rhs.bits / 8)
      let axes = operation.axes
      let rows = axes.lhs == .rows ? firstShape.rows : firstShape.columns
      let columns = axes.rhs == .rows ? secondShape.rows : secondShape.columns
      result = 4 * rows * columns
    }
  }
}

extension ProductPlan.Route {
  /// The rows of the kernel's table.
  fileprivate func candidates(_ weight: OperandType, _ precision: Precision) -> [KernelRow] {
    switch (self, weight) {
    case (.codes, .quantized(let type)): MatmulKernels.codes(type).rows
    case (.weights, .quantized(let type)):
      MatmulKernels.rows(MatmulKernels.pairs(type), MatmulKernels.weights(type), precision)
    default: MatmulKernels.rows(MatmulKernels.pairFloats, MatmulKernels.float, precision)
    }
  }

  /// Whether it multiplies numbers that are rounded.
  fileprivate var isFloat: Bool { if case .codes = self { false } else { true } }

  fileprivate var tile: KernelTile {
    switch self {
    case .codes(let kernel): kernel.tile
    case .weights(let kernel): kernel.tile
    case .floats(let kernel): kernel.tile
    }
  }
}

extension ProductCall {
  /// How the call is served, with a result of an element type; `nil` where there is no such product.
  package func explanation(as element: ElementType = .float32) -> Plan? {
    guard isLegal(operation, lhs.type, rhs.type) else { return nil }
    let plan = plan(finishes: element != .float32 || !end.isNone)
    return plan.plan(
      operation, lhs.type, rhs.type, sizes: (lhs.shape, rhs.shape),
      split: plan.split(extents, execution), execution)
  }
}

extension OperandType {
  /// The bytes of a matrix: of floats, or of codes and their parameters.
  fileprivate func byteCount(of shape: Shape) -> Int {
    switch self {
    case .float(.float32): 4 * shape.count
    case .float: 2 * shape.count
    case .quantized(let type): type.byteCount(of: shape)
    }
  }
}

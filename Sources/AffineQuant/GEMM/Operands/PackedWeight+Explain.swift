extension PackedWeight {
  /// How products of so many rows with this weight are served.
  ///
  /// `rows` are those of the inputs, and so of the result, `element` is the type of both; `end` is what is done to each
  /// sum.
  public func explain(
    rows: Int, of element: ElementType = .float32, end: ProductEnd = .none,
    on execution: Execution = .standard
  ) -> Plan {
    // More rows than memory holds are served alike.
    let rows = min(max(rows, 0), 1 << 31)
    let finishes = element != .float32 || !end.isNone
    let input = Shape(rows, shape.columns)
    let grid = inputs.map { BlockGrid(input, $0.block) }
    let extents = ProductPlan.Extents(
      result: Shape(rows, shape.rows), depth: shape.columns, rhs: core, lhsGrid: grid)
    func plan(_ served: ProductPlan, _ first: OperandType) -> Plan {
      served.plan(
        .linear, first, .quantized(core.type), sizes: (input, shape),
        split: served.split(extents, execution), execution)
    }
    if element == .float32, let type = inputs, let grid,
      let served = Product.plan(type, grid, core, finishes: finishes, execution)
    {
      return plan(served, .quantized(type))
    }
    // Not all of these compile: inputs may have any type here.
    let first = inputs.map(OperandType.quantized) ?? .float(element)
    var layouts = ProductPlan.Layouts()
    (layouts.rows, layouts.finishes) = (rows, finishes)
    layouts.rhs = .of(core, against: grid)
    let served = ProductPlan(.linear, first, .quantized(core.type), layouts, execution)
    guard let type = inputs else { return plan(served, first) }
    // Inputs become a matrix of codes first.
    return plan(served, first).quantizing(type, input, of: element, on: execution)
  }
}

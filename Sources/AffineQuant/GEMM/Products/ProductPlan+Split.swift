extension Blocking {
  /// Of a product of codes: `bytes` are those of a right panel.
  init(
    _ lhs: LHSLayout, panels lhsPanels: Int, _ rhs: RHSLayout, panels rhsPanels: Int, bytes: Int,
    _ tile: KernelTile, threads: Int
  ) {
    self.init(
      left: Side(panels: lhsPanels, bytes: lhs.byteCount, lanes: lhs.mr),
      right: Side(panels: rhsPanels, bytes: bytes, lanes: rhs.nr), together: tile.panels,
      threads: threads)
  }

  /// The parts of a product whose right panels are decoded, which depend on how many panels there are alone.
  fileprivate init(lhsPanels: Int, rhsPanels: Int, threads: Int) {
    self.init(
      left: Side(panels: lhsPanels, bytes: 0, lanes: 1),
      right: Side(panels: rhsPanels, bytes: 0, lanes: 1), decodesRight: true, threads: threads)
  }
}

extension ProductPlan {
  /// What the parts of a product depend on beside its kernel.
  struct Extents {
    let result: Shape
    let depth: Int
    /// The right side, of a product of codes or of floats and codes.
    var rhs: CodeMatrix?
    /// The blocks of codes on the left, free axis first.
    var lhsGrid: BlockGrid?
    var axis = FreeAxis.rows
    /// Whether right lanes are a few columns that are no floats yet.
    var isDecodedByColumns = false
  }

  /// How work of these extents is split among threads; `nil`: there is none.
  func split(_ extents: Extents, _ execution: Execution) -> Plan.Split? {
    let (result, depth) = (extents.result, extents.depth)
    guard result.count > 0 else { return nil }
    let threads = route.threads(result, depth: depth, execution)
    func panels(_ count: Int, _ lanes: Int) -> Int { (count + lanes - 1) / lanes }
    let blocking: Blocking
    switch route {
    case .codes(let kernel):
      guard let codes = extents.rhs, let lhsGrid = extents.lhsGrid else { return nil }
      let tile = kernel.tile
      let slices =
        extents.axis == .rows
        ? ContractedSlices.of(codes, against: lhsGrid, kr: tile.kr)
        : ContractedSlices([lhsGrid, codes.grid.transposed], kr: tile.kr)
      let (lhs, rhs) = (LHSLayout(tile, slices), RHSLayout(tile, codes.storage))
      blocking = Blocking(
        lhs, panels: panels(result.rows, lhs.mr), rhs, panels: rhs.panels(rows: result.columns),
        bytes: slices.groupCount * rhs.groupBytes, tile, threads: threads)
    case .weights(let kernel):
      blocking = Blocking(
        lhsPanels: panels(result.rows, kernel.leftLanes(result.rows)),
        rhsPanels: panels(result.columns, kernel.tile.nr), threads: threads)
    case .floats(let kernel):
      let together = FloatProduct.rightPanelsTogether(
        isDecodedByColumns: extents.isDecodedByColumns)
      blocking = Blocking(
        lhsPanels: panels(result.rows, kernel.leftLanes(result.rows)),
        rhsPanels: panels(result.columns, kernel.tile.nr * together), threads: threads)
    }
    return blocking.split(threads: threads)
  }
}

extension ProductCall {
  /// What its parts depend on.
  var extents: ProductPlan.Extents {
    var extents = ProductPlan.Extents(result: shape, depth: depths.lhs)
    extents.axis = operation.axes.rhs
    extents.lhsGrid = lhsGrid
    if case .quantized(let codes) = rhs { extents.rhs = codes }
    extents.isDecodedByColumns = extents.axis == .columns && rhs.type != .float(.float32)
    return extents
  }
}

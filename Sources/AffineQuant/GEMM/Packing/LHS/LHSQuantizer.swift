internal import AffineKernels

/// Quantizes float rows to signed bytes on their way into left panels, one scale a slice or one a row:
/// `scale = max(|x|) / 127`.
@safe
struct LHSQuantizer: LHSPacking {
  private let source: LHSRows
  let packed: PackedLHS
  /// It owns what the addresses belong to, but for the rows.
  private let plan: QuantizingPlan
  /// The zero point that all right codes have, or zero where each has its own.
  private let rightOffset: Int
  /// What scales are multiplied by: a power of two.
  private let factor: Float
  private let ends: UnsafePointer<Int>
  private let quads: UnsafePointer<UInt32>
  /// Of one row at a time, for each worker.
  private let total, product: WorkerMemory<Int32>
  private let scale: WorkerMemory<Float>
  /// The rows of a panel, for each worker; `nil` where kernels write runs into the panel itself.
  private let bytes: WorkerMemory<UInt8>?
  /// Lanes of a panel that are packed together: all, or what gives every thread some.
  private let together: Int
  /// The first value of each row that is not finite, and its column: -1 where there is none.
  private let flaws: (columns: DisjointMemory<Int>, values: DisjointMemory<Float>)

  /// The rows outlive the product.
  init(_ source: LHSRows, _ plan: QuantizingPlan, threads: Int, _ workspace: Workspace) {
    let right = plan.right.tiles, rows = source.shape.rows
    // Codes are summed again, as they lie one after another, where slices are parts of blocks.
    let isLaidByRuns = plan.packing.laysRuns && plan.blocks == nil
    let layout = LHSLayout(plan.right.kernel.tile, right.slices)
    self.source = source
    self.plan = plan
    rightOffset = right.zeros.count > 0 ? 0 : right.commonZero
    factor = right.factor
    packed = PackedLHS(
      layout, rows: rows, hasZeros: false, hasOneScale: plan.hasOneScale, hasBiases: false,
      for: right, workspace)
    unsafe ends = right.slices.ends.pointer
    unsafe quads = right.slices.quads.pointer
    together = isLaidByRuns ? min(max((rows + threads - 1) / threads, 1), layout.mr) : layout.mr
    total = workspace.take(layout.sliceCount, workers: threads)
    product = workspace.take(layout.sliceCount, workers: threads)
    scale = workspace.take(layout.sliceCount, workers: threads)
    bytes =
      isLaidByRuns ? nil : workspace.take(layout.mr * layout.depth, workers: threads)
    flaws = (workspace.take(rows), workspace.take(rows))
  }

  /// The first value that is not finite, if there is one: known when all rows are packed.
  var flaw: QuantizationError? {
    for row in 0..<packed.rows where flaws.columns[row] >= 0 {
      return .notFinite(flaws.values[row], row: row, column: flaws.columns[row])
    }
    return nil
  }

  private var layout: LHSLayout { packed.layout }
  private var partsOfPanel: Int { (layout.mr + together - 1) / together }

  /// Those of the last panel end with its last row; its other lanes belong to the last part.
  var parts: Int {
    let (full, rest) = packed.rows.quotientAndRemainder(dividingBy: layout.mr)
    return full * partsOfPanel + (rest + together - 1) / together
  }

  func pack(panels: Range<Int>, worker: Int) {
    for part in panels.lowerBound * partsOfPanel..<min(panels.upperBound * partsOfPanel, parts) {
      pack(part: part, worker: worker)
    }
  }

  /// Writes the codes of some lanes of a panel, and what belongs to them.
  func pack(part: Int, worker: Int) {
    let panel = part / partsOfPanel, rows = packed.rows(of: panel)
    let first = part % partsOfPanel * together
    let lanes = first..<(part == parts - 1 ? layout.mr : min(first + together, layout.mr))
    for lane in lanes {
      let isPresent = lane < rows.count
      if isPresent {
        let row = rows.lowerBound + lane
        // The product is thrown away.
        guard quantize(row, panel, lane, worker) else { continue }
        if layout.multipliesPairs { multiplyNeighbours(lane, worker) }
      }
      store(panel, lane, worker, isPresent: isPresent)
    }
    packed.addSums(panel, lanes)
    guard let bytes else { return }
    // A panel's codes are its own.
    bytes.withPart(of: worker, count: rows.count * layout.depth) { bytes in
      packed.codes.withRange(panel * layout.byteCount..<(panel + 1) * layout.byteCount) {
        layout.arrange(bytes.span, rows: rows.count, plan.packing, &$0)
      }
    }
  }

  /// Where the bytes of a row go, and how they lie there.
  private func place(
    _ panel: Int, _ lane: Int, _ worker: Int
  ) -> (start: UnsafeMutablePointer<UInt8>, run: Int, stride: Int) {
    let depth = layout.depth
    if let bytes {
      return unsafe (bytes.start(of: worker) + lane * depth, max(depth, 1), 0)
    }
    let start = panel * layout.byteCount + lane * layout.run
    return unsafe (packed.codes.pointer + start, layout.run, layout.mr * layout.run)
  }

  private func quantize(_ row: Int, _ panel: Int, _ lane: Int, _ worker: Int) -> Bool {
    let place = unsafe place(panel, lane, worker)
    let values = unsafe source.values(ofRow: row, worker: worker)
    var arguments = unsafe QuantizeSlices(
      c: aq_slices_args(
        values: values, slices: plan.blocks?.ends.count ?? layout.sliceCount,
        ends: plan.blocks?.ends.pointer ?? ends,
        slice_quads: plan.blocks?.quads.pointer ?? quads, one_scale: plan.hasOneScale,
        smallest: plan.smallest,
        codes: UnsafeMutableRawPointer(place.start).assumingMemoryBound(to: Int8.self),
        run: place.run, run_stride: place.stride, scale: scale.start(of: worker),
        total: total.start(of: worker), is_finite: true))
    plan.quantize(&arguments)
    flaws.columns[row] = -1
    guard unsafe !arguments.c.is_finite else {
      if plan.blocks != nil { unsafe sumSlices(place.start, worker) }
      return true
    }
    for column in 0..<source.shape.columns where unsafe !values[column].isFinite {
      (flaws.columns[row], flaws.values[row]) = unsafe (column, values[column])
      return false
    }
    preconditionFailure("every value of row \(row) of \(source.shape) is finite")
  }

  /// Sums of the codes of each slice, where the kernel gave those of blocks.
  private func sumSlices(_ codes: UnsafeMutablePointer<UInt8>, _ worker: Int) {
    let total = unsafe total.start(of: worker)
    var start = 0
    for slice in 0..<layout.sliceCount {
      let end = unsafe ends[slice]
      var sum: Int32 = 0
      for place in start..<end { unsafe sum &+= Int32(Int8(bitPattern: codes[place])) }
      unsafe total[slice] = sum
      start = end
    }
  }

  /// What kernels that multiply pairs want besides.
  private func multiplyNeighbours(_ lane: Int, _ worker: Int) {
    var arguments = unsafe TotalsOfSlices(
      c: aq_totals_args(
        codes: place(0, lane, worker).start, is_signed: true, slices: layout.sliceCount,
        slice_quads: quads, total: total.start(of: worker),
        product: product.start(of: worker)))
    plan.packing.sums(&arguments)
  }

  /// Puts what belongs to one row where the product looks for it.
  private func store(_ panel: Int, _ lane: Int, _ worker: Int, isPresent: Bool) {
    let (mr, count) = (packed.layout.mr, packed.layout.sliceCount)
    let first = packed.terms(of: panel).lowerBound + lane
    if let rowScales = packed.rowScales {
      rowScales[panel * mr + lane] = isPresent ? scale[worker, 0] * factor : 1
    }
    // Of this panel and lane alone.
    let (starts, totals) = unsafe (packed.starts.pointer + first, packed.totals.pointer + first)
    let scales = unsafe packed.scales.map { unsafe $0.pointer + first }
    let (total, product, scale) = unsafe (
      total.start(of: worker), product.start(of: worker), scale.start(of: worker)
    )
    let multipliesPairs = packed.layout.multipliesPairs && isPresent
    let blocks = unsafe plan.blocks?.ofSlices.pointer
    for slice in 0..<count {
      let sum = unsafe isPresent ? total[slice] : 0
      var start = Int32(truncatingIfNeeded: -rightOffset) &* sum
      if multipliesPairs { unsafe start &-= product[slice] }
      unsafe starts[slice * mr] = start
      unsafe totals[slice * mr] = sum
      if let scales = unsafe scales {
        let block = unsafe blocks.map { unsafe Int($0[slice]) } ?? slice
        unsafe scales[slice * mr] = isPresent ? scale[block] * factor : 1
      }
    }
  }
}

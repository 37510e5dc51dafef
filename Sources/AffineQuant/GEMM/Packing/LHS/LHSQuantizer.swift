internal import AffineKernels

/// Quantizes float rows to signed bytes on their way into left panels, with one set of parameters a slice or one
/// a row: by `scale = max(|x|) / 127`, or by the rule of the plan.
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
  /// `nil` where a kernel quantizes by slices.
  private let rowEncoding: RowEncoding?
  private let ends: UnsafePointer<Int>
  private let quads: UnsafePointer<UInt32>
  /// Of one row at a time, for each worker.
  private let total, product: WorkerMemory<Int32>
  private let scale: WorkerMemory<Float>
  /// The rows of a panel, for each worker; `nil` where kernels write runs into the panel itself.
  private let bytes: WorkerMemory<UInt8>?
  /// Lanes of a panel that are packed together: all, or what gives every thread some.
  private let together: Int
  /// Of each row the first value that is not finite, and its column: -1 where the row could be quantized, and
  /// the number of columns where its parameters are unusable.
  private let flaws: (columns: DisjointMemory<Int>, values: DisjointMemory<Float>)

  /// The rows outlive the product.
  init(_ source: LHSRows, _ plan: QuantizingPlan, threads: Int, _ workspace: Workspace) {
    let right = plan.right.tiles, rows = source.shape.rows
    // Codes are summed again, as they lie one after another, where slices are parts of blocks.
    let isLaidByRuns = plan.packing.laysRuns && plan.blocks == nil
    let layout = LHSLayout(plan.right.panels.kernel.tile, right.slices)
    self.source = source
    self.plan = plan
    rowEncoding = plan.rule.map {
      RowEncoding($0, columns: source.shape.columns, right.slices, threads: threads, workspace)
    }
    rightOffset = right.terms.commonZero ?? 0
    factor = right.factor
    packed = PackedLHS(
      layout, rows: rows, hasZeros: plan.hasZeros, hasOneScale: plan.hasOneScale, hasBiases: false,
      block: plan.leftBlock,
      for: right.terms, workspace)
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

  /// Whether all values are finite, and all parameters usable: known when all rows are packed.
  var isValid: Bool { (0..<packed.rows).allSatisfy { flaws.columns[$0] < 0 } }

  /// The first value that is not finite, if there is one: known when all rows are packed.
  var flaw: QuantizationError? {
    for row in 0..<packed.rows where (0..<source.shape.columns).contains(flaws.columns[row]) {
      return .notFinite(flaws.values[row], row: row, column: flaws.columns[row])
    }
    return nil
  }

  private var layout: LHSLayout { packed.layout }
  private var partsOfPanel: Int { (layout.mr + together - 1) / together }

  /// Those of the last panel end with its last row.
  var parts: Int {
    let (full, rest) = packed.rows.quotientAndRemainder(dividingBy: layout.mr)
    return full * partsOfPanel + (rest + together - 1) / together
  }

  func pack(panels: Range<Int>, worker: Int) {
    for part in panels.lowerBound * partsOfPanel..<min(panels.upperBound * partsOfPanel, parts) {
      pack(part: part, worker: worker)
    }
  }

  /// Writes the codes of some rows of a panel, and what belongs to them.
  func pack(part: Int, worker: Int) {
    let panel = part / partsOfPanel, rows = packed.rows(of: panel)
    let first = part % partsOfPanel * together
    let lanes = first..<min(first + together, rows.count)
    for lane in lanes {
      let row = rows.lowerBound + lane
      let values = unsafe source.values(ofRow: row, worker: worker)
      let isValid = unsafe quantize(values, panel, lane, worker)
      unsafe note(values, ofRow: row, areValid: isValid)
      // Of rows that are not valid the product is thrown away.
      if isValid { store(panel, lane, worker) }
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

  /// Writes the codes of a row, their sums and the scales.
  private func quantize(
    _ values: UnsafePointer<Float>, _ panel: Int, _ lane: Int, _ worker: Int
  ) -> Bool {
    let place = unsafe place(panel, lane, worker)
    if let rowEncoding {
      let codes = unsafe bytes == nil ? rowEncoding.padded.start(of: worker) : place.start
      guard
        unsafe rowEncoding(values, into: codes, scales: scale.start(of: worker), worker: worker)
      else { return false }
      unsafe sum(codes, worker)
      if bytes == nil { unsafe layRuns(codes, place.start, stride: place.stride) }
      return true
    }
    guard let slicesKernel = plan.slices else { preconditionFailure("rows that nothing quantizes") }
    var arguments = unsafe QuantizeSlices(
      c: aq_slices_args(
        values: values, slices: plan.blocks?.ends.count ?? layout.sliceCount,
        ends: plan.blocks?.ends.pointer ?? ends,
        slice_quads: plan.blocks?.quads.pointer ?? quads, one_scale: plan.hasOneScale,
        smallest: plan.smallest,
        codes: UnsafeMutableRawPointer(place.start).assumingMemoryBound(to: Int8.self),
        run: place.run, run_stride: place.stride, scale: scale.start(of: worker),
        total: total.start(of: worker), is_finite: true))
    slicesKernel(&arguments)
    guard unsafe arguments.c.is_finite else { return false }
    if plan.sumsCodes { unsafe sum(place.start, worker) }
    return true
  }

  private func note(_ values: UnsafePointer<Float>, ofRow row: Int, areValid: Bool) {
    flaws.columns[row] = -1
    guard !areValid else { return }
    let columns = source.shape.columns
    let column = (0..<columns).first { unsafe !values[$0].isFinite } ?? columns
    flaws.columns[row] = column
    if column < columns { flaws.values[row] = unsafe values[column] }
  }

  /// Sums of the codes of each slice of a row, and of the products of neighbours.
  private func sum(_ codes: UnsafeMutablePointer<UInt8>, _ worker: Int) {
    var arguments = unsafe TotalsOfSlices(
      c: aq_totals_args(
        codes: codes, is_signed: true, slices: layout.sliceCount, slice_quads: quads,
        total: total.start(of: worker), product: product.start(of: worker)))
    plan.packing.sums(&arguments)
  }

  /// Copies a row to its runs in a panel.
  private func layRuns(
    _ codes: UnsafeMutablePointer<UInt8>, _ first: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    for (run, start) in Swift.stride(from: 0, to: layout.depth, by: layout.run).enumerated() {
      unsafe (first + run * stride).update(
        from: codes + start, count: min(layout.run, layout.depth - start))
    }
  }

  /// Puts what belongs to one row where the product looks for it.
  private func store(_ panel: Int, _ lane: Int, _ worker: Int) {
    let (mr, count) = (packed.layout.mr, packed.layout.sliceCount)
    let first = packed.terms(of: panel).lowerBound + lane
    if let rowScales = packed.rowScales {
      rowScales[panel * mr + lane] = scale[worker, 0] * factor
    }
    // Of this panel and lane alone.
    let (starts, totals) = unsafe (packed.starts.pointer + first, packed.totals.pointer + first)
    let scales = unsafe packed.scales.map { unsafe $0.pointer + first }
    let zeros = unsafe packed.zeros.map { unsafe $0.pointer + first }
    let (total, product, scale) = unsafe (
      total.start(of: worker), product.start(of: worker), scale.start(of: worker)
    )
    let multipliesPairs = packed.layout.multipliesPairs
    let blocks = unsafe plan.blocks?.ofSlices.pointer
    for slice in 0..<count {
      let sum = unsafe total[slice]
      var start = Int32(truncatingIfNeeded: -rightOffset) &* sum
      if multipliesPairs { unsafe start &-= product[slice] }
      unsafe starts[slice * mr] = start
      unsafe totals[slice * mr] = sum
      if let zeros = unsafe zeros, let rowEncoding {
        unsafe zeros[slice * mr] =
          rowEncoding.zeroPoint(plan.hasOneScale ? 0 : slice, worker: worker)
      }
      if let scales = unsafe scales {
        let block = unsafe blocks.map { unsafe Int($0[slice]) } ?? slice
        unsafe scales[slice * mr] = scale[block] * factor
      }
    }
  }
}

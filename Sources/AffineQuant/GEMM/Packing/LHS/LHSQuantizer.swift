internal import AffineKernels

/// Quantizes float rows to signed bytes on their way into left panels, one scale a slice or one a row:
/// `scale = max(|x|) / 127`.
@safe
struct LHSQuantizer: LHSPacking {
  private let values: UnsafePointer<Float>
  private let columns: Int
  let packed: PackedLHS
  private let layout: LHSLayout
  private let hasOneScale: Bool
  private let smallest: Float
  /// The zero point that all right codes have, or zero where each has its own.
  private let rightOffset: Int
  /// What scales are multiplied by: a power of two.
  private let factor: Float
  private let slicesKernel: Kernel<QuantizeSlices>
  private let kernels: PackingKernels
  private let ends: UnsafePointer<Int>
  private let quads: UnsafePointer<UInt32>
  /// Of one row at a time, for each worker.
  private let total, product: WorkerMemory<Int32>
  private let scale: WorkerMemory<Float>
  /// The rows of a panel, for each worker; `nil` where kernels write runs into the panel itself.
  private let bytes: WorkerMemory<UInt8>?
  /// Lanes of a panel that are packed together: all, or what gives every thread some.
  private let together: Int
  /// Whether the values of each row are finite.
  private let finite: DisjointMemory<Bool>
  /// What the addresses belong to.
  private let owners: (Matrix<Float>, QuantizingPlan)

  init(
    _ values: Matrix<Float>, _ plan: QuantizingPlan, threads: Int, _ workspace: Workspace
  ) {
    let right = plan.right.tiles, rows = values.shape.rows, isLaidByRuns = plan.packing.laysRuns
    let layout = LHSLayout(plan.right.kernel.tile, right.slices)
    unsafe self.values = unsafe values.values.pointer
    columns = values.shape.columns
    owners = (values, plan)
    hasOneScale = plan.hasOneScale
    smallest = plan.smallest
    kernels = plan.packing
    self.layout = layout
    slicesKernel = plan.quantize
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
    finite = workspace.take(rows)
  }

  /// Whether all values are finite: known when all rows are packed.
  var isFinite: Bool { (0..<packed.rows).allSatisfy { finite[$0] } }

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
        finite[row] = quantize(row, panel, lane, worker)
        // The product is thrown away.
        guard finite[row] else { continue }
        if layout.multipliesPairs { multiplyNeighbours(lane, worker) }
      }
      store(panel, lane, worker, isPresent: isPresent)
    }
    packed.addSums(panel, lanes)
    guard let bytes else { return }
    // A panel's codes are its own.
    bytes.withPart(of: worker, count: rows.count * layout.depth) { bytes in
      packed.codes.withRange(panel * layout.byteCount..<(panel + 1) * layout.byteCount) {
        layout.arrange(bytes.span, rows: rows.count, kernels, &$0)
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
    var arguments = unsafe QuantizeSlices(
      c: aq_slices_args(
        values: values + row * columns, slices: layout.sliceCount, ends: ends, slice_quads: quads,
        one_scale: hasOneScale, smallest: smallest,
        codes: UnsafeMutableRawPointer(place.start).assumingMemoryBound(to: Int8.self),
        run: place.run, run_stride: place.stride, scale: scale.start(of: worker),
        total: total.start(of: worker), is_finite: true))
    slicesKernel(&arguments)
    return unsafe arguments.c.is_finite
  }

  /// What kernels that multiply pairs want besides.
  private func multiplyNeighbours(_ lane: Int, _ worker: Int) {
    var arguments = unsafe TotalsOfSlices(
      c: aq_totals_args(
        codes: place(0, lane, worker).start, is_signed: true, slices: layout.sliceCount,
        slice_quads: quads, total: total.start(of: worker),
        product: product.start(of: worker)))
    kernels.sums(&arguments)
  }

  /// Puts what belongs to one row where the product looks for it.
  private func store(_ panel: Int, _ lane: Int, _ worker: Int, isPresent: Bool) {
    let (mr, count) = (layout.mr, layout.sliceCount)
    let first = packed.terms(of: panel).lowerBound
    if let rowScales = packed.rowScales {
      rowScales[panel * mr + lane] = isPresent ? scale[worker, 0] * factor : 1
    }
    for slice in 0..<count {
      let place = first + slice * mr + lane
      let sum = isPresent ? total[worker, slice] : 0
      var start = Int32(truncatingIfNeeded: -rightOffset) &* sum
      if layout.multipliesPairs && isPresent { start &-= product[worker, slice] }
      packed.starts[place] = start
      packed.totals[place] = sum
      packed.scales?[place] = isPresent ? scale[worker, slice] * factor : 1
    }
  }
}

internal import AffineKernels

/// Quantizes float rows to signed bytes on their way into left panels, one scale a slice or one a row:
/// `scale = max(|x|) / 127`.
struct LHSQuantizer: LHSPacking {
  let values: Matrix<Float>
  let packed: PackedLHS
  private let layout: LHSLayout
  private let hasOneScale: Bool
  private let smallest: Float
  /// The zero point that all right codes have, or zero where each has its own.
  private let rightOffset: Int
  private let slicesKernel: Kernel<QuantizeSlices>
  private let kernels: PackingKernels
  private let ends: Buffer<Int>
  private let quads: Buffer<UInt32>
  /// Of one row at a time, for each worker.
  private let total, product: DisjointMemory<Int32>
  private let scale: DisjointMemory<Float>
  /// The rows of a panel, for each worker; `nil` where kernels write runs into the panel itself.
  private let bytes: DisjointMemory<UInt8>?
  /// Lanes of a panel that are packed together: all, or what gives every thread some.
  private let together: Int
  /// Whether the values of each row are finite.
  private let finite: DisjointMemory<Bool>

  init(
    _ values: Matrix<Float>, hasOneScale: Bool, smallest: Float, for right: PackedRHS,
    _ tile: KernelTile, _ kernels: PackingKernels, _ quantize: Kernel<QuantizeSlices>,
    threads: Int, _ workspace: Workspace
  ) {
    let rows = values.shape.rows, isLaidByRuns = kernels.laysRuns
    let layout = LHSLayout(tile, right.slices)
    self.values = values
    self.hasOneScale = hasOneScale
    self.smallest = smallest
    self.kernels = kernels
    self.layout = layout
    slicesKernel = quantize
    rightOffset = right.zeros.count > 0 ? 0 : right.layout.offset
    packed = PackedLHS(
      layout, rows: rows, hasZeros: false, hasOneScale: hasOneScale, hasBiases: false,
      for: right, workspace)
    (ends, quads) = (right.slices.ends, right.slices.quads)
    together = isLaidByRuns ? min(max((rows + threads - 1) / threads, 1), layout.mr) : layout.mr
    total = workspace.take(ends.count * threads)
    product = workspace.take(ends.count * threads)
    scale = workspace.take(ends.count * threads)
    bytes = isLaidByRuns ? nil : workspace.take(layout.mr * layout.slices.depth * threads)
    finite = workspace.take(rows)
  }

  /// Whether all values are finite: known when all rows are packed.
  var isFinite: Bool { (0..<packed.rows).allSatisfy { finite[$0] } }

  private var partsOfPanel: Int { (layout.mr + together - 1) / together }

  var parts: Int { packed.panels * partsOfPanel }

  /// Writes the codes of some lanes of a panel, and what belongs to them.
  func pack(part: Int, worker: Int) {
    let panel = part / partsOfPanel, rows = packed.rows(of: panel)
    let first = part % partsOfPanel * together
    let lanes = first..<min(first + together, layout.mr)
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
    let (start, count) = (
      worker * layout.mr * layout.slices.depth, rows.count * layout.slices.depth
    )
    // A worker's rows and a panel's codes are its own.
    bytes.withRange(start..<start + count) { bytes in
      packed.codes.withRange(panel * layout.byteCount..<(panel + 1) * layout.byteCount) {
        layout.arrange(bytes.span, rows: rows.count, kernels, &$0)
      }
    }
  }

  /// Where the bytes of a row go, and how they lie there.
  private func place(
    _ panel: Int, _ lane: Int, _ worker: Int
  ) -> (start: UnsafeMutablePointer<UInt8>, run: Int, stride: Int) {
    let depth = layout.slices.depth
    if let bytes {
      return unsafe (bytes.pointer + (worker * layout.mr + lane) * depth, max(depth, 1), 0)
    }
    let start = panel * layout.byteCount + lane * layout.run
    return unsafe (packed.codes.pointer + start, layout.run, layout.mr * layout.run)
  }

  private func quantize(_ row: Int, _ panel: Int, _ lane: Int, _ worker: Int) -> Bool {
    let count = ends.count
    let place = unsafe place(panel, lane, worker)
    var arguments = unsafe QuantizeSlices(
      c: aq_slices_args(
        values: values.values.pointer + row * values.shape.columns, slices: count,
        ends: UnsafeRawPointer(ends.pointer).assumingMemoryBound(to: Int.self),
        slice_quads: quads.pointer, one_scale: hasOneScale, smallest: smallest,
        codes: UnsafeMutableRawPointer(place.start).assumingMemoryBound(to: Int8.self),
        run: place.run, run_stride: place.stride, scale: scale.pointer + worker * count,
        total: total.pointer + worker * count, is_finite: true))
    slicesKernel(&arguments)
    return unsafe arguments.c.is_finite
  }

  /// What kernels that multiply pairs want besides.
  private func multiplyNeighbours(_ lane: Int, _ worker: Int) {
    let count = ends.count
    var arguments = unsafe TotalsOfSlices(
      c: aq_totals_args(
        codes: place(0, lane, worker).start, is_signed: true, slices: count,
        slice_quads: quads.pointer, total: total.pointer + worker * count,
        product: product.pointer + worker * count))
    kernels.sums(&arguments)
  }

  /// Puts what belongs to one row where the product looks for it.
  private func store(_ panel: Int, _ lane: Int, _ worker: Int, isPresent: Bool) {
    let (mr, count) = (layout.mr, ends.count)
    let (first, own) = (packed.terms(of: panel).lowerBound, worker * count)
    if let rowScales = packed.rowScales {
      rowScales[panel * mr + lane] = isPresent ? scale[own] : 1
    }
    for slice in 0..<count {
      let place = first + slice * mr + lane
      let sum = isPresent ? total[own + slice] : 0
      var start = Int32(truncatingIfNeeded: -rightOffset) &* sum
      if layout.multipliesPairs && isPresent { start &-= product[own + slice] }
      packed.starts[place] = start
      packed.totals[place] = sum
      packed.scales?[place] = isPresent ? scale[own + slice] : 1
    }
  }
}

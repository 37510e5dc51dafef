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
  /// The rows of a panel, for each worker.
  private let bytes: DisjointMemory<UInt8>
  /// Whether the values of each panel are finite.
  private let finite: DisjointMemory<Bool>

  init(
    _ values: Matrix<Float>, hasOneScale: Bool, smallest: Float, for right: PackedRHS,
    _ tile: KernelTile, _ kernels: PackingKernels, _ quantize: Kernel<QuantizeSlices>,
    threads: Int, _ workspace: Workspace
  ) {
    self.values = values
    self.hasOneScale = hasOneScale
    self.smallest = smallest
    self.kernels = kernels
    slicesKernel = quantize
    rightOffset = right.zeros.count > 0 ? 0 : right.layout.offset
    layout = LHSLayout(tile, right.slices)
    packed = PackedLHS(
      layout, rows: values.shape.rows, hasZeros: false, hasOneScale: hasOneScale, hasBiases: false,
      for: right, workspace)
    (ends, quads) = (right.slices.ends, right.slices.quads)
    total = workspace.take(ends.count * threads)
    product = workspace.take(ends.count * threads)
    scale = workspace.take(ends.count * threads)
    bytes = workspace.take(layout.mr * layout.slices.depth * threads)
    finite = workspace.take(packed.panels)
  }

  /// Whether all values are finite: known when all panels are packed.
  var isFinite: Bool { (0..<packed.panels).allSatisfy { finite[$0] } }

  var parts: Int { packed.panels }

  /// Writes the codes of a panel, and what belongs to its rows.
  func pack(part panel: Int, worker: Int) {
    let rows = packed.rows(of: panel)
    for lane in 0..<layout.mr {
      guard lane < rows.count else {
        store(panel, lane, worker, isPresent: false)
        continue
      }
      guard quantize(rows.lowerBound + lane, lane, worker) else {
        finite[panel] = false
        return
      }
      if layout.multipliesPairs { multiplyNeighbours(lane, worker) }
      store(panel, lane, worker, isPresent: true)
    }
    finite[panel] = true
    packed.addSums(panel)
    let (first, count) = (
      worker * layout.mr * layout.slices.depth, rows.count * layout.slices.depth
    )
    // A worker's rows and a panel's codes are its own.
    bytes.withRange(first..<first + count) { bytes in
      packed.codes.withRange(panel * layout.byteCount..<(panel + 1) * layout.byteCount) {
        layout.arrange(bytes.span, rows: rows.count, kernels, &$0)
      }
    }
  }

  /// Where the bytes of a row of the panel lie.
  private func start(_ lane: Int, _ worker: Int) -> UnsafeMutablePointer<UInt8> {
    unsafe bytes.pointer + (worker * layout.mr + lane) * layout.slices.depth
  }

  private func quantize(_ row: Int, _ lane: Int, _ worker: Int) -> Bool {
    let count = ends.count
    var arguments = unsafe QuantizeSlices(
      c: aq_slices_args(
        values: values.values.pointer + row * values.shape.columns, slices: count,
        ends: UnsafeRawPointer(ends.pointer).assumingMemoryBound(to: Int.self),
        slice_quads: quads.pointer, one_scale: hasOneScale, smallest: smallest,
        codes: UnsafeMutableRawPointer(start(lane, worker)).assumingMemoryBound(to: Int8.self),
        scale: scale.pointer + worker * count, total: total.pointer + worker * count,
        is_finite: true))
    slicesKernel(&arguments)
    return unsafe arguments.c.is_finite
  }

  /// What kernels that multiply pairs want besides.
  private func multiplyNeighbours(_ lane: Int, _ worker: Int) {
    let count = ends.count
    var arguments = unsafe TotalsOfSlices(
      c: aq_totals_args(
        codes: start(lane, worker), is_signed: true, slices: count, slice_quads: quads.pointer,
        total: total.pointer + worker * count, product: product.pointer + worker * count))
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

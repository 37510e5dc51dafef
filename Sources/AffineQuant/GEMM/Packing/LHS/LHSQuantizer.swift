internal import AffineKernels

/// Quantizes float rows to signed bytes on their way into left panels, with one set of parameters a slice or one
/// a row: by `scale = max(|x|) / 127`, or by the rule of the plan.
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
  /// `nil` where a rule says how rows are quantized.
  private let slicesKernel: Kernel<QuantizeSlices>?
  private let rowEncoding: RowEncoding?
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
  /// Whether each row could be quantized.
  private let valid: DisjointMemory<Bool>
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
    slicesKernel = plan.slices
    rowEncoding = plan.rule.map {
      RowEncoding($0, columns: values.shape.columns, right.slices, threads: threads, workspace)
    }
    rightOffset = right.zeros.count > 0 ? 0 : right.commonZero
    factor = right.factor
    packed = PackedLHS(
      layout, rows: rows, hasZeros: plan.hasZeros, hasOneScale: plan.hasOneScale, hasBiases: false,
      for: right, workspace)
    unsafe ends = right.slices.ends.pointer
    unsafe quads = right.slices.quads.pointer
    together = isLaidByRuns ? min(max((rows + threads - 1) / threads, 1), layout.mr) : layout.mr
    total = workspace.take(layout.sliceCount, workers: threads)
    product = workspace.take(layout.sliceCount, workers: threads)
    scale = workspace.take(layout.sliceCount, workers: threads)
    bytes =
      isLaidByRuns ? nil : workspace.take(layout.mr * layout.depth, workers: threads)
    valid = workspace.take(rows)
  }

  /// Whether all values are finite, and all parameters usable: known when all rows are packed.
  var isValid: Bool { (0..<packed.rows).allSatisfy { valid[$0] } }

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
        valid[row] = quantize(row, panel, lane, worker)
        // The product is thrown away.
        guard valid[row] else { continue }
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

  /// Writes the codes of a row, their sums and the scales.
  private func quantize(_ row: Int, _ panel: Int, _ lane: Int, _ worker: Int) -> Bool {
    let place = unsafe place(panel, lane, worker), values = unsafe values + row * columns
    if let rowEncoding {
      let codes = unsafe bytes == nil ? rowEncoding.padded.start(of: worker) : place.start
      guard
        unsafe rowEncoding(values, into: codes, scales: scale.start(of: worker), worker: worker)
      else { return false }
      unsafe sum(codes, worker)
      if bytes == nil { unsafe layRuns(codes, place.start, stride: place.stride) }
      return true
    }
    guard let slicesKernel else { preconditionFailure("rows that nothing quantizes") }
    var arguments = unsafe QuantizeSlices(
      c: aq_slices_args(
        values: values, slices: layout.sliceCount, ends: ends, slice_quads: quads,
        one_scale: hasOneScale, smallest: smallest,
        codes: UnsafeMutableRawPointer(place.start).assumingMemoryBound(to: Int8.self),
        run: place.run, run_stride: place.stride, scale: scale.start(of: worker),
        total: total.start(of: worker), is_finite: true))
    slicesKernel(&arguments)
    guard unsafe arguments.c.is_finite else { return false }
    if layout.multipliesPairs { unsafe sum(place.start, worker) }
    return true
  }

  /// Sums of the codes of a row, and of the products of neighbours.
  private func sum(_ codes: UnsafeMutablePointer<UInt8>, _ worker: Int) {
    var arguments = unsafe TotalsOfSlices(
      c: aq_totals_args(
        codes: codes, is_signed: true, slices: layout.sliceCount, slice_quads: quads,
        total: total.start(of: worker), product: product.start(of: worker)))
    kernels.sums(&arguments)
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
      if let zeros = packed.zeros, let rowEncoding {
        zeros[place] =
          isPresent ? rowEncoding.zeroPoint(hasOneScale ? 0 : slice, worker: worker) : 0
      }
      packed.scales?[place] = isPresent ? scale[worker, slice] * factor : 1
    }
  }
}

/// Packs lanes of codes into left panels, with what belongs to them.
struct LHSPacker: LHSPacking {
  let operand: CodeOperand
  let packed: PackedLHS
  private let layout: LHSLayout
  private let slices: ContractedSlices
  /// Panels that are packed together.
  private let together: Int
  /// Added to every code: unsigned codes of 8 bits do not fit the signed ones that kernels take.
  private let codeOffset: Int
  /// The zero point that all right codes have, or zero where each has its own.
  private let rightOffset: Int
  /// What scales are multiplied by: a power of two.
  private let factor: Float
  private let kernels: PackingKernels
  private let lanes: ByteLanes
  /// Lanes before they are laid into panels, and sums of one of them, for each worker.
  private let bytes: WorkerMemory<UInt8>
  private let laneSums, laneProducts: WorkerMemory<Int32>
  private let scales, biases: BlockNumbers<Float>
  private let zeroPoints: BlockNumbers<Int16>
  private let scratch: ByteLanes.Scratch

  /// Columns are turned so many at a time: whole cache lines of a row.
  private static let turnedTogether = 96

  init(
    _ operand: CodeOperand, for right: RHSTerms, _ tile: KernelTile, _ kernels: PackingKernels,
    threads: Int, _ workspace: Workspace
  ) {
    let layout = LHSLayout(tile, right.slices)
    let together = operand.axis == .rows ? 1 : max(Self.turnedTogether / layout.mr, 1)
    self.operand = operand
    self.kernels = kernels
    self.layout = layout
    self.together = together
    slices = right.slices
    codeOffset = Self.offset(of: operand.codes.storage)
    lanes = ByteLanes(
      operand, right.slices, offset: Self.offset(of: operand.codes.storage), kernels)
    bytes = workspace.take(
      kernels.quads == nil ? together * layout.mr * right.slices.depth : 0, workers: threads)
    scratch = lanes.scratch(of: together * layout.mr, threads: threads, workspace)
    let sums = kernels.quadTotals == nil ? layout.sliceCount : 0
    laneSums = workspace.take(sums, workers: threads)
    laneProducts = workspace.take(sums, workers: threads)
    rightOffset = right.commonZero ?? 0
    factor = right.factor
    scales = operand.numbers(operand.codes.scales)
    biases = operand.numbers(operand.codes.biases)
    zeroPoints = operand.numbers(operand.codes.zeroPoints)
    packed = PackedLHS(
      layout, rows: operand.free, hasZeros: Self.hasZeros(operand.codes),
      hasOneScale: operand.grid.extent.columns == 1 && biases.count == 0,
      hasBiases: biases.count > 0,
      block: PackedLHS.block(of: operand.grid), for: right, workspace)
  }

  static func offset(of storage: CodeFormat) -> Int { storage == .unsigned(bits: 8) ? -128 : 0 }

  /// Whether codes of a left side have zero points other than 0.
  static func hasZeros(_ codes: CodeMatrix) -> Bool {
    codes.zeroPoints.count > 0 || offset(of: codes.storage) != 0
  }

  var parts: Int { (packed.panels + together - 1) / together }

  func pack(part: Int, worker: Int) {
    pack(panels: part * together..<min((part + 1) * together, packed.panels), worker: worker)
  }

  func pack(panels: Range<Int>, worker: Int) {
    let mr = layout.mr
    for first in stride(from: panels.lowerBound, to: panels.upperBound, by: together) {
      let part = first..<min(first + together, panels.upperBound)
      let present = part.lowerBound * mr..<min(part.upperBound * mr, operand.free)
      if let quads = kernels.quads {
        lanes.lay(
          present, mr, into: packed.codes, at: part.lowerBound * layout.byteCount,
          stride: layout.byteCount, quads)
      } else if !interleave(part) {
        arrange(part, present, worker)
      }
      for panel in part {
        writeTerms(panel, packed.rows(of: panel))
        if let totals = kernels.quadTotals { sum(panel, totals) }
        packed.addSums(panel, 0..<mr)
      }
    }
  }

  /// Lays rows of bytes into panels of quads from where they lie; `false` if they do not lie so.
  private func interleave(_ panels: Range<Int>) -> Bool {
    guard kernels.quadTotals != nil, let interleave = kernels.interleave else { return false }
    for panel in panels {
      let rows = packed.rows(of: panel)
      guard let stored = unsafe lanes.stored(rows) else { return false }
      // A panel's range is its own.
      packed.codes.withRange(panel * layout.byteCount..<(panel + 1) * layout.byteCount) {
        unsafe TransposeKernels.interleave(
          stored.first, stride: stored.stride, count: rows.count, lanes: layout.mr,
          units: layout.depth / 4, into: &$0, interleave)
      }
    }
    return true
  }

  /// Lays lanes into panels one by one.
  private func arrange(_ panels: Range<Int>, _ present: Range<Int>, _ worker: Int) {
    let depth = layout.depth
    bytes.withPart(of: worker, count: present.count * depth) { bytes in
      lanes.write(present, into: &bytes, scratch, worker: worker)
      for panel in panels {
        let rows = packed.rows(of: panel)
        let place = (rows.lowerBound - present.lowerBound) * depth
        let source = bytes.span.extracting(place..<place + rows.count * depth)
        if kernels.quadTotals == nil { sum(source, panel, rows.count, worker) }
        // A panel's range is its own.
        packed.codes.withRange(panel * layout.byteCount..<(panel + 1) * layout.byteCount) {
          layout.arrange(source, rows: rows.count, kernels, &$0)
        }
      }
    }
  }

  /// What a panel takes from the parameters of its rows.
  private func writeTerms(_ panel: Int, _ rows: Range<Int>) {
    let grid = operand.grid, range = packed.terms(of: panel)
    if let rowScales = packed.rowScales {
      rowScales.withRange(panel * layout.mr..<(panel + 1) * layout.mr) { target in
        for (lane, row) in rows.enumerated() {
          target[lane] = scales[grid.blockRow(row), 0] * factor
        }
        for lane in rows.count..<layout.mr { target[lane] = 0 }
      }
    }
    if let target = packed.scales {
      PackedRHS.spread(scales, grid, rows, layout.mr, slices, into: target, range) { $0 * factor }
    }
    if let target = packed.biases {
      PackedRHS.spread(biases, grid, rows, layout.mr, slices, into: target, range) { $0 }
    }
    guard let target = packed.zeros else { return }
    guard zeroPoints.count > 0 else {
      target.withRange(range) { $0.update(repeating: Int32(codeOffset)) }
      return
    }
    PackedRHS.spread(zeroPoints, grid, rows, layout.mr, slices, into: target, range) {
      Int32($0) + Int32(codeOffset)
    }
  }

  /// What depends on the codes of a panel of quads alone; those of rows that are not there are zero.
  private func sum(_ panel: Int, _ kernel: Kernel<TotalsOfQuads>) {
    let terms = packed.terms(of: panel)
    unsafe lanes.sums(
      packed.codes.pointer + panel * layout.byteCount, lanes: layout.mr, isSigned: true,
      packed.totals.pointer + terms.lowerBound, kernel)
    let factor = Int32(truncatingIfNeeded: -rightOffset)
    // A panel's terms are its own.
    let (totals, starts) = unsafe (packed.totals.pointer, packed.starts.pointer)
    for index in terms { unsafe starts[index] = factor &* totals[index] }
  }

  /// The same of rows one by one, which may ask for products of neighbours.
  private func sum(
    _ bytes: borrowing Span<UInt8>, _ panel: Int, _ present: Int, _ worker: Int
  ) {
    let (mr, depth, count) = (layout.mr, layout.depth, layout.sliceCount)
    let first = packed.terms(of: panel).lowerBound
    for lane in 0..<mr {
      if lane < present {
        unsafe lanes.sums(
          bytes.extracting(lane * depth..<(lane + 1) * depth), isSigned: true,
          laneSums.start(of: worker), laneProducts.start(of: worker))
      }
      for slice in 0..<count {
        let total = lane < present ? laneSums[worker, slice] : 0
        var start = Int32(truncatingIfNeeded: -rightOffset) &* total
        if layout.multipliesPairs && lane < present { start &-= laneProducts[worker, slice] }
        packed.starts[first + slice * mr + lane] = start
        packed.totals[first + slice * mr + lane] = total
      }
    }
  }
}

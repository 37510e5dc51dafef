/// Packs lanes of codes into left panels, with what belongs to them.
struct LHSPacker: LHSPacking {
  let operand: CodeOperand
  let packed: PackedLHS
  private let layout: LHSLayout
  private let slices: ContractedSlices
  /// Added to every code: unsigned codes of 8 bits do not fit the signed ones that kernels take.
  private let codeOffset: Int
  /// The zero point that all right codes have, or zero where each has its own.
  private let rightOffset: Int
  /// What scales are multiplied by: a power of two.
  private let factor: Float
  private let kernels: PackingKernels
  private let scales, biases: Buffer<Float>
  private let zeroPoints: Buffer<Int16>

  /// Columns are turned so many at a time: whole cache lines of a row.
  private static let turnedTogether = 96

  init(
    _ operand: CodeOperand, for right: PackedRHS, _ tile: KernelTile, _ kernels: PackingKernels,
    _ workspace: Workspace
  ) {
    self.operand = operand
    self.kernels = kernels
    slices = right.slices
    layout = LHSLayout(tile, right.slices)
    codeOffset = Self.offset(of: operand.codes)
    rightOffset = right.zeros.count > 0 ? 0 : right.commonZero
    factor = right.factor
    scales = operand.parameters(operand.codes.scales)
    biases = operand.parameters(operand.codes.biases)
    zeroPoints = operand.parameters(operand.codes.zeroPoints)
    packed = PackedLHS(
      layout, rows: operand.free, hasZeros: Self.hasZeros(operand.codes),
      hasOneScale: operand.grid.extent.columns == 1 && biases.count == 0,
      hasBiases: biases.count > 0, for: right, workspace)
  }

  private static func offset(of codes: CodeMatrix) -> Int {
    codes.storage == .unsigned(bits: 8) ? -128 : 0
  }

  /// Whether codes of a left side have zero points other than 0.
  static func hasZeros(_ codes: CodeMatrix) -> Bool {
    codes.zeroPoints.count > 0 || offset(of: codes) != 0
  }

  /// Panels that are packed together.
  var together: Int { operand.axis == .rows ? 1 : max(Self.turnedTogether / layout.mr, 1) }

  var parts: Int { (packed.panels + together - 1) / together }

  func pack(part: Int, worker: Int) {
    pack(panels: part * together..<min((part + 1) * together, packed.panels), worker: worker)
  }

  func pack(panels: Range<Int>, worker: Int) {
    let mr = layout.mr, slices = slices
    var lanes = ByteLanes(operand, slices, offset: codeOffset, kernels)
    let together = together
    var bytes = [UInt8](repeating: 0, count: together * mr * slices.depth)
    for first in stride(from: panels.lowerBound, to: panels.upperBound, by: together) {
      let part = first..<min(first + together, panels.upperBound)
      let present = part.lowerBound * mr..<min(part.upperBound * mr, operand.free)
      var span = bytes.mutableSpan
      lanes.write(present, into: &span)
      for panel in part {
        let rows = packed.rows(of: panel)
        let place = (rows.lowerBound - present.lowerBound) * slices.depth
        let source = bytes.span.extracting(place..<place + rows.count * slices.depth)
        writeTerms(panel, rows)
        sum(lanes, source, panel, rows.count)
        packed.addSums(panel, 0..<mr)
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
      let scales = scales.span
      rowScales.withRange(panel * layout.mr..<(panel + 1) * layout.mr) { target in
        for (lane, row) in rows.enumerated() { target[lane] = scales[grid.blockRow(row)] * factor }
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

  /// What depends on the codes of a panel alone; zero for rows that are not there.
  private func sum(
    _ lanes: ByteLanes, _ bytes: borrowing Span<UInt8>, _ panel: Int, _ present: Int
  ) {
    let (mr, depth, count) = (layout.mr, layout.depth, layout.sliceCount)
    var (sum, product) = (
      [Int32](repeating: 0, count: count), [Int32](repeating: 0, count: count)
    )
    let first = packed.terms(of: panel).lowerBound
    for lane in 0..<mr {
      if lane < present {
        var sums = sum.mutableSpan
        var products = product.mutableSpan
        lanes.sums(
          bytes.extracting(lane * depth..<(lane + 1) * depth), isSigned: true, &sums, &products)
      }
      for slice in 0..<count {
        let total = lane < present ? sum[slice] : 0
        var start = Int32(truncatingIfNeeded: -rightOffset) &* total
        if layout.multipliesPairs && lane < present { start &-= product[slice] }
        packed.starts[first + slice * mr + lane] = start
        packed.totals[first + slice * mr + lane] = total
      }
    }
  }
}

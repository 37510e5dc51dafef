internal import AffineKernels

/// `lhs · rhsᵀ` for float rows and codes whose scales are constant along slices of a row: whole numbers, or
/// places in a table.
///
/// A slice is summed over codes less their zero points, or over what they stand for, and scaled once.
struct WeightOnlyProduct: ~Copyable, ParallelWork {
  /// The longest slice that is summed before it is scaled: short enough that several fit in a
  /// first-level cache as floats, and are summed side by side where there is one row.
  private static let longestSlice = 128

  private let kernel: Kernel<WeightPanel>
  private let slices: ContractedSlices
  private let sliceParameters: Buffer<UInt32>
  private let left: PackedFloats
  /// Packed for the kernel.
  private let rhs: CodeMatrix
  private let right: PackedRHS
  private let rightOffsets: ValueOffsets
  private let blocking: Blocking
  private let result: ProductResult
  private let scratch: DisjointMemory<Float>
  private let scratchCount: Int

  /// Takes a right side that is packed for the kernel; `result` is given the rows and columns that are written
  /// together.
  init(
    _ lhs: FloatReader, _ rhs: CodeMatrix, _ kernel: Kernel<WeightPanel>, threads: Int,
    _ workspace: Workspace,
    result: (_ block: Shape) -> ProductResult
  ) {
    guard let right = rhs.tiles, let short = right.short else {
      preconditionFailure("a packed matrix without panels for floats")
    }
    let layout = right.layout, offsets = right.valueOffsets
    let left = PackedFloats(
      lhs, lanes: kernel.leftLanes(lhs.shape.rows), run: kernel.tile.lhsRun, short.slices,
      withSums: offsets.biases.count > 0, threads: threads, workspace)
    // What stays in a cache: kernels decode some codes of a right panel, and all left panels pass by them. 128 rows
    // of 2048 floats in one block took 0.9 to 0.97 of the time of blocks of 60 (Zen 3, AVX2).
    let passing = min(max(kernel.tile.scratch, Self.longestSlice), max(right.slices.depth, 1))
    let leftBytes = left.panelLength * 4 / max(right.slices.depth, 1) * passing
    let blocking = Blocking(
      left: Blocking.Side(panels: left.panels, bytes: leftBytes, lanes: left.lanes),
      right: Blocking.Side(
        panels: layout.panels(rows: rhs.shape.rows),
        bytes: right.slices.groupCount * layout.groupBytes, lanes: layout.nr),
      decodesRight: true, threads: threads)
    let scratchCount = kernel.tile.scratch * layout.nr
    self.kernel = kernel
    self.rhs = rhs
    self.right = right
    self.left = left
    self.blocking = blocking
    self.scratchCount = scratchCount
    (slices, sliceParameters) = short
    rightOffsets = offsets
    scratch = workspace.take(scratchCount * threads)
    self.result = result(blocking.block)
  }

  /// Slices short enough for kernels, and which parameters each has; `nil` where they are cut finer than
  /// blocks are.
  static func shortSlices(
    of slices: ContractedSlices, _ grid: BlockGrid
  ) -> (ContractedSlices, Buffer<UInt32>)? {
    let short = ContractedSlices([grid], kr: slices.kr, longest: longestSlice)
    return short.parents(in: slices).map { (short, Buffer($0)) }
  }

  var preparations: Int { left.panels }
  var parts: Int { blocking.parts }

  func prepare(_ part: Int, worker: Int) { left.pack(part, worker: worker) }

  func run(_ part: Int, worker: Int) {
    let nr = right.layout.nr
    blocking.forEachBlock(of: part) { leftPanels, rightPanels in
      let panel = rightPanels.lowerBound
      let rows =
        leftPanels.lowerBound
        * left.lanes..<min(leftPanels.upperBound * left.lanes, result.shape.rows)
      let columns = panel * nr..<min((panel + 1) * nr, rhs.shape.rows)
      guard !slices.ranges.isEmpty else {
        result.writeZeros(rows, columns, worker: worker)
        return
      }
      unsafe result.write(rows, columns, worker: worker) { sums, stride in
        var arguments = unsafe arguments(leftPanels.lowerBound, rows, panel, columns, worker, sums)
        unsafe arguments.c.stride = stride
        kernel(&arguments)
        for (index, row) in rows.enumerated() {
          unsafe left.restore(row, sums + index * stride, columns.count)
        }
      }
    }
  }

  private func arguments(
    _ leftPanel: Int, _ rows: Range<Int>, _ panel: Int, _ columns: Range<Int>, _ worker: Int,
    _ sums: UnsafeMutablePointer<Float>
  ) -> WeightPanel {
    let r = right.start(of: panel)
    let panelBytes = right.slices.groupCount * right.layout.groupBytes
    let (zeros, biases) = (rightOffsets.zeros, rightOffsets.biases)
    let scaleBytes = right.scales.panelBytes(right.start(of: 1))
    guard let scales = unsafe right.scales.optional(from: panel * scaleBytes) else {
      preconditionFailure("a panel without scales")
    }
    return unsafe WeightPanel(
      c: aq_matmul_codes_args(
        slices: slices.ranges.count, groups: slices.depth / 4, slice_groups: slices.quads.pointer,
        parameters: sliceParameters.pointer,
        lhs: left.values.pointer + leftPanel * left.panelLength, lhs_lanes: left.lanes,
        rhs: rhs.codes.pointer + panel * panelBytes,
        offset: UInt8(right.layout.signedOffset),
        rhs_scale: scales, scale_form: right.scales.form,
        super: aq_super_scales(right.scales, right.biases, panel: panel),
        rhs_zero: zeros.count > 0 ? zeros.pointer + r : nil,
        lhs_sum: left.sums.map { unsafe $0.pointer + left.sumStart(of: leftPanel) },
        rhs_bias: biases.count > 0 ? biases.pointer + r : nil,
        scratch: scratch.pointer + worker * scratchCount, rows: rows.count,
        columns: columns.count, out: sums, stride: 0,
        table: right.table.count > 0 ? right.table.pointer : nil,
        exponent_bits: UInt32(rhs.storage.exponentBits(in: right.layout.form))))
  }
}

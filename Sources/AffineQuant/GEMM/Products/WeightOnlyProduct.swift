internal import AffineKernels

/// `lhs · rhsᵀ` for float rows and codes whose scales are constant along slices of a row: whole numbers, or
/// places in a table.
///
/// A slice is summed over codes less their zero points, or over what they stand for, and scaled once.
struct WeightOnlyProduct: ~Copyable, ParallelWork {
  private let kernel: Kernel<WeightPanel>
  private let left: PackedFloats
  private let right: WeightPanels
  private let blocking: Blocking
  private let result: ProductResult
  private let scratch: DisjointMemory<Float>
  private let scratchCount: Int

  /// Takes a right side that is packed for the kernel, and whose addresses outlive the product; `result` is given the
  /// rows and columns that are written together.
  init(
    _ lhs: FloatReader, _ right: WeightPanels, _ kernel: Kernel<WeightPanel>, threads: Int,
    _ workspace: Workspace,
    result: (_ block: Shape) -> ProductResult
  ) {
    let layout = right.layout
    let left = PackedFloats(
      lhs, lanes: kernel.leftLanes(lhs.shape.rows), run: kernel.tile.lhsRun, right.short.slices,
      withSums: right.hasBiases, threads: threads, workspace)
    // What stays in a cache: kernels decode some codes of a right panel, and all left panels pass by them. 128 rows
    // of 2048 floats in one block took 0.9 to 0.97 of the time of blocks of 60 (Zen 3, AVX2).
    let passing = min(max(kernel.tile.scratch, ShortSlices.longest), max(right.depth, 1))
    let leftBytes = left.panelLength * 4 / max(right.depth, 1) * passing
    let blocking = Blocking(
      left: Blocking.Side(panels: left.panels, bytes: leftBytes, lanes: left.lanes),
      right: Blocking.Side(
        panels: layout.panels(rows: right.rows), bytes: right.panelBytes, lanes: layout.nr),
      decodesRight: true, threads: threads)
    let scratchCount = kernel.tile.scratch * layout.nr
    self.kernel = kernel
    self.right = right
    self.left = left
    self.blocking = blocking
    self.scratchCount = scratchCount
    scratch = workspace.take(scratchCount * threads)
    self.result = result(blocking.block)
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
      let columns = panel * nr..<min((panel + 1) * nr, right.rows)
      guard !right.short.slices.ranges.isEmpty else {
        result.writeZeros(rows, columns, worker: worker)
        return
      }
      unsafe result.write(rows, columns, worker: worker) { sums, stride in
        var arguments = arguments(leftPanels.lowerBound, panel, worker)
        unsafe arguments.c.rows = rows.count
        unsafe arguments.c.columns = columns.count
        unsafe arguments.c.out = sums
        unsafe arguments.c.stride = stride
        kernel(&arguments)
        for (index, row) in rows.enumerated() {
          unsafe left.restore(row, sums + index * stride, columns.count)
        }
      }
    }
  }

  private func arguments(_ leftPanel: Int, _ panel: Int, _ worker: Int) -> WeightPanel {
    var c = unsafe right.arguments(of: panel)
    unsafe c.lhs = UnsafePointer(left.values.pointer + leftPanel * left.panelLength)
    unsafe c.lhs_lanes = left.lanes
    unsafe c.lhs_sum = left.sums.map {
      unsafe UnsafePointer($0.pointer + left.sumStart(of: leftPanel))
    }
    unsafe c.scratch = scratch.pointer + worker * scratchCount
    return unsafe WeightPanel(c: c)
  }
}

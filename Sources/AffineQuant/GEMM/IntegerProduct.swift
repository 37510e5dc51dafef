internal import AffineKernels

/// `lhs · rhsᵀ` for whole-number codes whose scales are constant along slices of both rows.
///
/// Sums inside a slice are exact; slices are added in float, in ascending order.
struct IntegerProduct<Packing: LHSPacking, Output: CodeOutput>: ~Copyable, ParallelWork {
  private let kernel: Kernel<CodePanel>
  private let left: PackedLHS
  private let packing: Packing
  /// Packed for the kernel, in these slices.
  private let rhs: CodeMatrix
  private let right: PackedRHS
  /// Sums of right codes where the left operand asks for them, and of products where the kernel does.
  private let rightTotals, rightProducts: Buffer<Int32>?
  /// The same, scaled; only where the left operand has biases.
  private let rightSums: Buffer<Float>?
  private let blocking: Blocking
  private let output: Output
  private let scratch: DisjointMemory<UInt8>?
  private let scratchCount: Int

  /// Takes a right side that is packed for the kernel; `output` is given the rows and columns that are written
  /// together.
  init(
    _ packing: Packing, _ rhs: CodeMatrix, _ kernel: Kernel<CodePanel>, threads: Int,
    _ workspace: Workspace, _ execution: Execution, output: (_ block: Shape) -> Output
  ) {
    guard let right = rhs.tiles else { preconditionFailure("a packed matrix without panels") }
    let left = packing.packed, layout = right.layout
    let blocking = Blocking(
      left: Blocking.Side(
        panels: left.panels, bytes: left.layout.byteCount, lanes: left.layout.mr),
      right: Blocking.Side(
        panels: layout.panels(rows: rhs.shape.rows),
        bytes: right.slices.groupCount * layout.groupBytes, lanes: layout.nr),
      threads: threads)
    let isBiased = left.biases != nil
    let readsTotals = isBiased || left.zeros != nil
    let scratchCount = min(kernel.tile.scratch, right.slices.depth) * layout.nr
    self.kernel = kernel
    self.packing = packing
    self.left = left
    self.rhs = rhs
    self.right = right
    self.blocking = blocking
    self.scratchCount = scratchCount
    rightProducts = left.layout.multipliesPairs ? rhs.codeSums(.products, right, execution) : nil
    rightTotals = readsTotals ? rhs.codeSums(.totals, right, execution) : nil
    rightSums = isBiased ? rhs.scaledSums(right, execution) : nil
    scratch = scratchCount > 0 ? workspace.take(scratchCount * threads) : nil
    self.output = output(Shape(blocking.rows, layout.nr))
  }

  var preparations: Int { packing.parts }
  var parts: Int { blocking.parts }

  func prepare(_ part: Int, worker: Int) { packing.pack(part: part, worker: worker) }

  func run(_ part: Int, worker: Int) {
    let nr = right.layout.nr
    blocking.forEachPanel(of: part) { leftPanels, panel in
      let rows =
        leftPanels.lowerBound
        * left.layout.mr..<min(leftPanels.upperBound * left.layout.mr, left.rows)
      let columns = panel * nr..<min((panel + 1) * nr, rhs.shape.rows)
      guard !right.slices.ranges.isEmpty else {
        output.writeZeros(rows, columns, worker: worker)
        return
      }
      var arguments = arguments(leftPanels.lowerBound, rows, panel, columns, worker)
      output.write(rows, columns, worker: worker, &arguments, kernel)
    }
  }

  /// The arguments of one call, all but where its result goes.
  private func arguments(
    _ leftPanel: Int, _ rows: Range<Int>, _ panel: Int, _ columns: Range<Int>, _ worker: Int
  ) -> CodePanel {
    let (l, r) = (left.terms(of: leftPanel).lowerBound, right.start(of: panel))
    let slices = right.slices
    let panelBytes = slices.groupCount * right.layout.groupBytes
    let needsTotals = left.zeros != nil
    guard let scale = unsafe right.scales.optional(at: r) else { preconditionFailure("no scales") }
    return unsafe CodePanel(
      c: aq_matmul_i8_args(
        slices: slices.ranges.count, groups: slices.groupCount, slice_groups: slices.groups.pointer,
        lhs: left.codes.pointer + leftPanel * left.layout.byteCount,
        rhs: rhs.codes.pointer + panel * panelBytes, lhs_start: left.starts.pointer + l,
        rhs_start: rightProducts?.optional(at: r),
        lhs_total: right.zeros.count > 0 ? left.totals.pointer + l : nil,
        rhs_zero: right.zeros.optional(at: r),
        lhs_zero: left.zeros.map { unsafe $0.pointer + l },
        rhs_total: needsTotals ? rightTotals?.optional(at: r) : nil,
        lhs_scale: left.scales.map { unsafe $0.pointer + l }, rhs_scale: scale,
        lhs_sum: left.sums.map { unsafe $0.pointer + l }, rhs_bias: right.biases.optional(at: r),
        rhs_is_half: right.scales.isHalf, lhs_bias: left.biases.map { unsafe $0.pointer + l },
        rhs_sum: rightSums?.optional(at: r),
        row_scale: left.rowScales.map { unsafe $0.pointer + rows.lowerBound },
        scratch: scratch.map { unsafe $0.pointer + worker * scratchCount },
        rows: rows.count, columns: columns.count, out: UnsafeMutablePointer(bitPattern: 64)!,
        stride: 0, sums: nil))
  }
}

extension Buffer {
  /// The place of an element, or nothing where the buffer is empty.
  fileprivate func optional(at index: Int) -> UnsafePointer<Element>? {
    unsafe count > 0 ? pointer + index : nil
  }
}

/// What packs the left side of a product of codes.
protocol LHSPacking {
  var packed: PackedLHS { get }
  /// Groups of panels that are packed together.
  var parts: Int { get }
  func pack(part: Int, worker: Int)
}

/// Where the sums of a product of codes go.
protocol CodeOutput {
  /// Runs the kernel for a block, of which the arguments lack the output.
  func write(
    _ rows: Range<Int>, _ columns: Range<Int>, worker: Int, _ arguments: inout CodePanel,
    _ kernel: Kernel<CodePanel>)
  /// The block of a product that has nothing to sum.
  func writeZeros(_ rows: Range<Int>, _ columns: Range<Int>, worker: Int)
}

extension ProductResult: CodeOutput {
  func write(
    _ rows: Range<Int>, _ columns: Range<Int>, worker: Int, _ arguments: inout CodePanel,
    _ kernel: Kernel<CodePanel>
  ) {
    unsafe write(rows, columns, worker: worker) { sums, stride in
      unsafe arguments.c.out = sums
      unsafe arguments.c.stride = stride
      kernel(&arguments)
    }
  }
}

/// The exact sums of a product before any scale, `[row][column][slice]`.
struct ExactSums: CodeOutput {
  let memory: DisjointMemory<Int64>
  let columns, slices: Int

  func write(
    _ rows: Range<Int>, _ columns: Range<Int>, worker: Int, _ arguments: inout CodePanel,
    _ kernel: Kernel<CodePanel>
  ) {
    var sums = [Int32](repeating: 0, count: rows.count * columns.count * slices)
    unsafe sums.withUnsafeMutableBufferPointer { buffer in
      unsafe arguments.c.sums = buffer.baseAddress
      kernel(&arguments)
    }
    for (i, row) in rows.enumerated() {
      for (j, column) in columns.enumerated() {
        for slice in 0..<slices {
          memory[(row * self.columns + column) * slices + slice] = Int64(
            sums[(slice * rows.count + i) * columns.count + j])
        }
      }
    }
  }

  func writeZeros(_ rows: Range<Int>, _ columns: Range<Int>, worker: Int) {}
}

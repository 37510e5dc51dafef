internal import AffineKernels

/// Calls a kernel for blocks of packed codes: the arguments of the first block, and how far apart those of
/// the others are. It owns nothing that it points to.
@safe
struct CodeBlocks {
  private let kernel: Kernel<CodePanel>
  private var first: aq_matmul_i8_args
  private let rowCount, columnCount: Int
  private let mr, nr: Int
  /// Bytes of a panel's codes, and its terms: one a slice and lane.
  private let left, right: (bytes: Int, terms: Int)
  /// Bytes of a panel's scales, and of their scales where they are codes.
  private let scaleBytes, superBytes: Int
  private let scratch: WorkerMemory<UInt8>?

  init(_ left: PackedLHS, _ right: RightPanels, threads: Int, _ workspace: Workspace) {
    let tile = right.kernel.tile, nr = right.layout.nr
    let scratchCount = min(tile.scratch, right.depth) * nr
    kernel = right.kernel
    (rowCount, columnCount, mr, self.nr) = (left.rows, right.rows, tile.mr, nr)
    self.left = (left.layout.byteCount, right.sliceCount * tile.mr)
    self.right = (right.panelBytes, right.sliceCount * nr)
    (scaleBytes, superBytes) = (right.scaleBytes, right.superBytes)
    scratch = scratchCount > 0 ? workspace.take(scratchCount, workers: threads) : nil
    unsafe first = right.arguments
    unsafe first.lhs = UnsafeRawPointer(left.codes.pointer)
    unsafe first.lhs_start = UnsafePointer(left.starts.pointer)
    unsafe first.lhs_total = first.rhs_zero == nil ? nil : UnsafePointer(left.totals.pointer)
    unsafe first.lhs_zero = left.zeros.map { unsafe UnsafePointer($0.pointer) }
    unsafe first.lhs_scale = left.scales.map { unsafe UnsafePointer($0.pointer) }
    unsafe (first.lhs_block, first.lhs_row) = left.block
    unsafe first.lhs_sum = left.sums.map { unsafe UnsafePointer($0.pointer) }
    unsafe first.lhs_bias = left.biases.map { unsafe UnsafePointer($0.pointer) }
    unsafe first.row_scale = left.rowScales.map { unsafe UnsafePointer($0.pointer) }
  }

  /// Whether there is nothing to sum.
  var isEmpty: Bool { unsafe first.slices == 0 }

  func rows(_ panels: Range<Int>) -> Range<Int> {
    panels.lowerBound * mr..<min(panels.upperBound * mr, rowCount)
  }

  func columns(_ panels: Range<Int>) -> Range<Int> {
    panels.lowerBound * nr..<min(panels.upperBound * nr, columnCount)
  }

  /// The arguments of a worker's calls, which ``multiply(_:_:_:into:_:)`` moves from block to block: a copy of all of
  /// them for each would take a tenth as long as a panel of one row.
  func call(worker: Int) -> CodePanel {
    var call = unsafe CodePanel(c: first)
    unsafe call.c.scratch = scratch.map { unsafe $0.start(of: worker) }
    return call
  }

  func multiply(
    _ call: inout CodePanel, _ leftPanels: Range<Int>, _ rightPanels: Range<Int>,
    into sums: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    let (i, j) = (leftPanels.lowerBound, rightPanels.lowerBound)
    unsafe call.c.setLeft(first, bytes: i * left.bytes, terms: i * left.terms, rows: i * mr)
    unsafe call.c.setRight(
      first, bytes: j * right.bytes, terms: j * right.terms, scales: j * scaleBytes,
      supers: j * superBytes)
    unsafe call.c.rows = rows(leftPanels).count
    unsafe call.c.columns = columns(rightPanels).count
    unsafe call.c.out = sums
    unsafe call.c.stride = stride
    kernel(&call)
  }
}

extension aq_matmul_i8_args {
  fileprivate mutating func setLeft(_ first: Self, bytes: Int, terms: Int, rows: Int) {
    unsafe lhs = first.lhs + bytes
    unsafe lhs_start = first.lhs_start + terms
    unsafe lhs_total = first.lhs_total.map { unsafe $0 + terms }
    unsafe lhs_zero = first.lhs_zero.map { unsafe $0 + terms }
    unsafe lhs_scale = first.lhs_scale.map { unsafe $0 + terms }
    unsafe lhs_row = first.lhs_row + rows
    unsafe lhs_sum = first.lhs_sum.map { unsafe $0 + terms }
    unsafe lhs_bias = first.lhs_bias.map { unsafe $0 + terms }
    unsafe row_scale = first.row_scale.map { unsafe $0 + rows }
  }

  fileprivate mutating func setRight(
    _ first: Self, bytes: Int, terms: Int, scales: Int, supers: Int
  ) {
    unsafe rhs = first.rhs + bytes
    unsafe rhs_start = first.rhs_start.map { unsafe $0 + terms }
    unsafe rhs_zero = first.rhs_zero.map { unsafe $0 + terms }
    unsafe rhs_total = first.rhs_total.map { unsafe $0 + terms }
    unsafe rhs_scale = first.rhs_scale + scales
    unsafe rhs_bias = first.rhs_bias.map { unsafe $0 + scales }
    unsafe self.super.scales = first.super.scales.map { unsafe $0 + supers }
    unsafe self.super.biases = first.super.biases.map { unsafe $0 + supers }
    unsafe rhs_sum = first.rhs_sum.map { unsafe $0 + terms }
  }
}

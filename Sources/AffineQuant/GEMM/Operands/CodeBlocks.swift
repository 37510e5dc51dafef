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

  func multiply(
    _ leftPanels: Range<Int>, _ rightPanels: Range<Int>, worker: Int,
    into sums: UnsafeMutablePointer<Float>, _ stride: Int
  ) {
    var block = unsafe CodePanel(c: first)
    let (i, j) = (leftPanels.lowerBound, rightPanels.lowerBound)
    unsafe block.c.moveLeft(bytes: i * left.bytes, terms: i * left.terms, rows: i * mr)
    unsafe block.c.moveRight(
      bytes: j * right.bytes, terms: j * right.terms, scales: j * scaleBytes,
      supers: j * superBytes)
    unsafe block.c.scratch = scratch.map { unsafe $0.start(of: worker) }
    unsafe block.c.rows = rows(leftPanels).count
    unsafe block.c.columns = columns(rightPanels).count
    unsafe block.c.out = sums
    unsafe block.c.stride = stride
    kernel(&block)
  }
}

extension aq_matmul_i8_args {
  fileprivate mutating func moveLeft(bytes: Int, terms: Int, rows: Int) {
    unsafe lhs += bytes
    unsafe lhs_start += terms
    unsafe lhs_total = lhs_total.map { unsafe $0 + terms }
    unsafe lhs_zero = lhs_zero.map { unsafe $0 + terms }
    unsafe lhs_scale = lhs_scale.map { unsafe $0 + terms }
    unsafe lhs_row += rows
    unsafe lhs_sum = lhs_sum.map { unsafe $0 + terms }
    unsafe lhs_bias = lhs_bias.map { unsafe $0 + terms }
    unsafe row_scale = row_scale.map { unsafe $0 + rows }
  }

  fileprivate mutating func moveRight(bytes: Int, terms: Int, scales: Int, supers: Int) {
    unsafe rhs += bytes
    unsafe rhs_start = rhs_start.map { unsafe $0 + terms }
    unsafe rhs_zero = rhs_zero.map { unsafe $0 + terms }
    unsafe rhs_total = rhs_total.map { unsafe $0 + terms }
    unsafe rhs_scale += scales
    unsafe rhs_bias = rhs_bias.map { unsafe $0 + scales }
    unsafe self.super.scales = self.super.scales.map { unsafe $0 + supers }
    unsafe self.super.biases = self.super.biases.map { unsafe $0 + supers }
    unsafe rhs_sum = rhs_sum.map { unsafe $0 + terms }
  }
}

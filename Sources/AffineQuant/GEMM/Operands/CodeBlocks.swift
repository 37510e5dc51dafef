internal import AffineKernels

/// Calls a kernel for blocks of packed codes: the arguments of the first block, and how far apart those of
/// the others are. It owns nothing that it points to.
@safe
struct CodeBlocks {
  private let kernel: Kernel<CodePanel>
  private let first: aq_matmul_i8_args
  private let rowCount, columnCount: Int
  private let mr, nr: Int
  /// Bytes of a panel's codes, and its terms: one a slice and lane.
  private let left, right: (bytes: Int, terms: Int)
  /// Bytes of a panel's scales, and of their scales where they are codes.
  private let scaleBytes, superBytes: Int
  private let scratch: WorkerMemory<UInt8>?

  init(
    _ kernel: Kernel<CodePanel>, _ left: PackedLHS, _ rhs: CodeMatrix, _ right: PackedRHS,
    products: Buffer<Int32>?, totals: Buffer<Int32>?, scaled: Buffer<Float>?, threads: Int,
    _ workspace: Workspace
  ) {
    let slices = right.slices, layout = right.layout, tile = kernel.tile
    self.kernel = kernel
    (rowCount, columnCount, mr, nr) = (left.rows, rhs.shape.rows, tile.mr, layout.nr)
    self.left = (left.layout.byteCount, slices.ranges.count * tile.mr)
    self.right = (slices.groupCount * layout.groupBytes, slices.ranges.count * layout.nr)
    scaleBytes = right.scales.panelBytes(self.right.terms)
    superBytes = right.scales.coded?.superPanelBytes ?? 0
    let scratchCount = min(tile.scratch, slices.depth) * layout.nr
    scratch = scratchCount > 0 ? workspace.take(scratchCount, workers: threads) : nil
    guard let nowhere = unsafe UnsafeMutablePointer<Float>(bitPattern: 64) else {
      preconditionFailure("no address")
    }
    let countsQuads = tile.rhs.isSqueezed
    unsafe first = aq_matmul_i8_args(
      slices: slices.ranges.count, groups: countsQuads ? slices.depth / 4 : slices.groupCount,
      slice_groups: countsQuads ? slices.quads.pointer : slices.groups.pointer,
      lhs: left.codes.pointer, rhs: rhs.codes.pointer, table: right.whole?.bytes.pointer,
      lhs_start: left.starts.pointer,
      rhs_start: products?.optional, lhs_total: right.zeros.count > 0 ? left.totals.pointer : nil,
      rhs_zero: right.zeros.optional, lhs_zero: left.zeros.map { unsafe UnsafePointer($0.pointer) },
      rhs_total: left.zeros == nil ? nil : totals?.optional,
      lhs_scale: left.scales.map { unsafe UnsafePointer($0.pointer) },
      rhs_scale: right.scales.optional() ?? UnsafeRawPointer(nowhere),
      lhs_sum: left.sums.map { unsafe UnsafePointer($0.pointer) },
      rhs_bias: right.biases.optional(), rhs_form: right.scales.form,
      super: aq_super_scales(right.scales, right.biases),
      lhs_bias: left.biases.map { unsafe UnsafePointer($0.pointer) }, rhs_sum: scaled?.optional,
      row_scale: left.rowScales.map { unsafe UnsafePointer($0.pointer) }, scratch: nil, rows: 0,
      columns: 0, out: nowhere, stride: 0)
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

extension Buffer {
  /// The elements, or nothing where there are none.
  fileprivate var optional: UnsafePointer<Element>? { unsafe count > 0 ? pointer : nil }
}

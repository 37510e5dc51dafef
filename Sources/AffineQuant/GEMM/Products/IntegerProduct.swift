internal import AffineKernels

/// `lhs · rhsᵀ` for whole-number codes whose scales are constant along slices of both rows.
///
/// Sums inside a slice are exact; slices are added in float, in ascending order. Workers read addresses and
/// numbers alone: counting references to what they share would take longer than small blocks.
struct IntegerProduct<Packing: LHSPacking>: ~Copyable, ParallelWork {
  private let packing: Packing
  private let blocks: CodeBlocks
  private let blocking: Blocking
  private let result: ProductResult

  /// What the right side's addresses belong to outlives the product; `result` is given the rows and columns that
  /// are written together.
  init(
    _ packing: Packing, _ right: RightPanels, threads: Int, _ workspace: Workspace,
    result: (_ block: Shape) -> ProductResult
  ) {
    let left = packing.packed, layout = right.layout
    let blocking = Blocking(
      left.layout, panels: left.panels, layout, panels: layout.panels(rows: right.rows),
      bytes: right.panelBytes, right.kernel.tile, threads: threads)
    self.packing = packing
    self.blocking = blocking
    blocks = CodeBlocks(left, right, threads: threads, workspace)
    self.result = result(blocking.block)
  }

  var preparations: Int { blocking.ownsLeft ? 0 : packing.parts }
  var parts: Int { blocking.parts }

  func prepare(_ part: Int, worker: Int) { packing.pack(part: part, worker: worker) }

  func run(_ part: Int, worker: Int) {
    if blocking.ownsLeft { packing.pack(panels: blocking.leftPanels(of: part), worker: worker) }
    var call = blocks.call(worker: worker)
    blocking.forEachBlock(of: part) { leftPanels, rightPanels in
      let rows = blocks.rows(leftPanels), columns = blocks.columns(rightPanels)
      guard !blocks.isEmpty else {
        result.writeZeros(rows, columns, worker: worker)
        return
      }
      unsafe result.write(rows, columns, worker: worker) { sums, stride in
        unsafe blocks.multiply(&call, leftPanels, rightPanels, into: sums, stride)
      }
    }
  }
}

/// What packs the left side of a product of codes.
protocol LHSPacking {
  var packed: PackedLHS { get }
  /// Groups of panels that are packed together.
  var parts: Int { get }
  func pack(part: Int, worker: Int)
  func pack(panels: Range<Int>, worker: Int)
}

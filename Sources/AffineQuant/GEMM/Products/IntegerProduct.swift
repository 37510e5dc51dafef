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
  /// What the addresses belong to.
  private let owners: (CodeMatrix, totals: Buffer<Int32>?, products: Buffer<Int32>?, Buffer<Float>?)

  /// Takes a right side that is packed for the kernel; `result` is given the rows and columns that are
  /// written together.
  init(
    _ packing: Packing, _ rhs: CodeMatrix, _ kernel: Kernel<CodePanel>, threads: Int,
    _ workspace: Workspace, _ execution: Execution, result: (_ block: Shape) -> ProductResult
  ) {
    guard let right = rhs.tiles else { preconditionFailure("a packed matrix without panels") }
    let left = packing.packed, layout = right.layout
    let blocking = Blocking(
      left: Blocking.Side(
        panels: left.panels, bytes: left.layout.byteCount, lanes: left.layout.mr),
      right: Blocking.Side(
        panels: layout.panels(rows: rhs.shape.rows),
        bytes: right.slices.groupCount * layout.groupBytes, lanes: layout.nr),
      together: kernel.tile.panels, threads: threads)
    let isBiased = left.biases != nil
    let products = left.layout.multipliesPairs ? rhs.codeSums(.products, right, execution) : nil
    let totals =
      isBiased || left.zeros != nil ? rhs.codeSums(.totals, right, execution) : nil
    let scaled = isBiased ? rhs.scaledSums(right, execution) : nil
    self.packing = packing
    self.blocking = blocking
    blocks = CodeBlocks(
      kernel, left, rhs, right, products: products, totals: totals, scaled: scaled,
      threads: threads, workspace)
    owners = (rhs, totals, products, scaled)
    self.result = result(blocking.block)
  }

  var preparations: Int { blocking.ownsLeft ? 0 : packing.parts }
  var parts: Int { blocking.parts }

  func prepare(_ part: Int, worker: Int) { packing.pack(part: part, worker: worker) }

  func run(_ part: Int, worker: Int) {
    if blocking.ownsLeft { packing.pack(panels: blocking.leftPanels(of: part), worker: worker) }
    blocking.forEachBlock(of: part) { leftPanels, rightPanels in
      let rows = blocks.rows(leftPanels), columns = blocks.columns(rightPanels)
      guard !blocks.isEmpty else {
        result.writeZeros(rows, columns, worker: worker)
        return
      }
      unsafe result.write(rows, columns, worker: worker) { sums, stride in
        unsafe blocks.multiply(leftPanels, rightPanels, worker: worker, into: sums, stride)
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

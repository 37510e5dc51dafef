internal import AffineKernels

/// `lhs · rhsᵀ` in float, for operands that are float matrices or codes that become values.
///
/// Accumulates with fused multiply-adds in ascending order of the contracted axis, so every kernel
/// gives the same bits; pairs of bfloat16 as each kernel does.
struct FloatProduct: ~Copyable, ParallelWork {
  /// How much of the contracted axis meets at a time: a right panel of 32 lanes takes 96 KiB and the
  /// left rows that pass by it 3 KiB each, so that hundreds of them stay in a second-level cache.
  private static let depth = 768
  /// Panels whose values are made together where lanes are columns: enough of a row to be worth a call.
  private static let decodedTogether = (lhs: 16, rhs: 8)

  private let kernel: Kernel<FloatPanel>
  private let lhs, rhs: FloatLanes
  private let mr: Int
  private let left: DisjointMemory<Float>
  private let leftPanels: Int
  private let blocking: Blocking
  private let result: ProductResult
  /// A right panel, for each worker.
  private let panel: DisjointMemory<Float>
  private let panelLength: Int
  /// Right panels that are prepared together.
  private let together: Int

  /// Both operands have the same contracted extent; `result` is given the rows and columns that are written
  /// together.
  init(
    _ lhs: FloatOperand, _ rhs: FloatOperand, _ kernel: Kernel<FloatPanel>, threads: Int,
    _ workspace: Workspace, result: (_ block: Shape) -> ProductResult
  ) {
    let rows = lhs.freeExtent, nr = kernel.tile.nr
    let mr = kernel.leftLanes(rows)
    let leftPanels = (rows + mr - 1) / mr
    let depth = min(Self.depth, lhs.contractedExtent)
    let together = Self.rightPanelsTogether(isDecodedByColumns: rhs.isDecodedByColumns)
    let panelLength = nr * kernel.tile.words(depth)
    self.kernel = kernel
    self.mr = mr
    self.leftPanels = leftPanels
    self.together = together
    self.panelLength = panelLength
    self.lhs = FloatLanes(
      lhs, lanes: mr, run: kernel.tile.lhsRun,
      together: lhs.isDecodedByColumns ? Self.decodedTogether.lhs : 1, depth: depth,
      threads: threads, workspace)
    self.rhs = FloatLanes(
      rhs, lanes: nr, together: together, depth: depth, threads: threads, workspace)
    left = workspace.take(leftPanels * mr * kernel.tile.words(lhs.contractedExtent))
    panel = workspace.take(panelLength * threads)
    blocking = Blocking(
      left: Blocking.Side(panels: leftPanels, bytes: 0, lanes: mr),
      right: Blocking.Side(
        panels: (rhs.freeExtent + nr * together - 1) / (nr * together),
        bytes: 4 * nr * together * kernel.tile.words(lhs.contractedExtent), lanes: nr * together),
      decodesRight: true, threads: threads)
    self.result = result(Shape(rows, nr * together))
  }

  /// Right panels that are prepared together.
  static func rightPanelsTogether(isDecodedByColumns: Bool) -> Int {
    isDecodedByColumns ? decodedTogether.rhs : 1
  }

  var preparations: Int { lhs.parts }
  var parts: Int { blocking.parts }

  /// The ranges of the contracted axis that meet at a time.
  private func forEachBlock(_ body: (_ block: Range<Int>) -> Void) {
    let depth = lhs.contracted
    for start in stride(from: 0, to: depth, by: Self.depth) {
      body(start..<min(start + Self.depth, depth))
    }
  }

  /// Left panels lie block after block of the contracted axis.
  func prepare(_ part: Int, worker: Int) {
    forEachBlock { block in
      lhs.decode(part, block, worker: worker)
      for index in lhs.panels(of: part) {
        let start = start(of: index, block)
        // A panel's range is its own.
        left.withRange(start..<start + mr * kernel.tile.words(block.count)) {
          lhs.fill(index, block, worker: worker, &$0)
        }
      }
    }
  }

  /// Where a left panel of a block begins; the blocks before it are whole.
  private func start(of panel: Int, _ block: Range<Int>) -> Int {
    let tile = kernel.tile
    return (tile.words(block.lowerBound) * leftPanels + panel * tile.words(block.count)) * mr
  }

  func run(_ part: Int, worker: Int) {
    let nr = kernel.tile.nr, size = result.shape
    blocking.forEachBlock(of: part) { leftRange, rightRange in
      let chunk = rightRange.lowerBound
      let rows = leftRange.lowerBound * mr..<min(leftRange.upperBound * mr, size.rows)
      let columns = chunk * nr * together..<min((chunk + 1) * nr * together, size.columns)
      guard lhs.contracted > 0 else {
        result.writeZeros(rows, columns, worker: worker)
        return
      }
      unsafe result.write(rows, columns, worker: worker) { sums, stride in
        forEachBlock { block in
          rhs.decode(chunk, block, worker: worker)
          for index in rhs.panels(of: chunk) {
            let offset = index * nr - columns.lowerBound
            unsafe multiply(
              index, block, leftRange.lowerBound, rows, worker, sums + offset, stride,
              columns: min(nr, columns.count - offset))
          }
        }
      }
    }
  }

  private func multiply(
    _ index: Int, _ block: Range<Int>, _ leftPanel: Int, _ rows: Range<Int>, _ worker: Int,
    _ sums: UnsafeMutablePointer<Float>, _ stride: Int, columns: Int
  ) {
    let words = kernel.tile.words(block.count)
    let (start, length) = (worker * panelLength, kernel.tile.nr * words)
    // A worker's panel is its own.
    panel.withRange(start..<start + length) { rhs.fill(index, block, worker: worker, &$0) }
    var arguments = unsafe FloatPanel(
      c: aq_matmul_f32_args(
        depth: words * kernel.tile.lhsOfWord, lhs: left.pointer + self.start(of: leftPanel, block),
        lhs_lanes: mr, rhs: panel.pointer + start,
        rows: rows.count, columns: columns, out: sums, stride: stride,
        accumulate: block.lowerBound > 0))
    kernel(&arguments)
  }
}

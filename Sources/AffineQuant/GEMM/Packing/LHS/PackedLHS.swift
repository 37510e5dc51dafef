/// The left side of a product of codes, packed for its kernel panel by panel, with the terms that depend on
/// it alone: one a panel, slice and row. It owns nothing that it points to.
@safe
struct PackedLHS {
  let layout: LHSLayout
  let rows: Int
  let codes: DisjointMemory<UInt8>
  /// What sums start with.
  let starts: DisjointMemory<Int32>
  /// Sums of codes, for zero points of the right side.
  let totals: DisjointMemory<Int32>
  /// Zero points of the codes as they are packed; `nil` where all are zero.
  let zeros: DisjointMemory<Int32>?
  /// `nil` where a row has one scale: then it is in `rowScales`.
  let scales, rowScales: DisjointMemory<Float>?
  /// Rows of a block of scales, and which of these the first one is; 0 rows where each has its own.
  let block: (rows: Int, first: Int)
  let biases: DisjointMemory<Float>?
  /// Sums of what the codes stand for; only where the right side has biases.
  let sums: DisjointMemory<Float>?
  /// Where each slice ends; they belong to the right side.
  private let ends: UnsafePointer<Int>

  /// Memory for what the sides of a product ask for.
  init(
    _ layout: LHSLayout, rows: Int, hasZeros: Bool, hasOneScale: Bool, hasBiases: Bool,
    block: (rows: Int, first: Int), for right: RHSTerms, _ workspace: Workspace
  ) {
    self.block = block
    self.layout = layout
    unsafe ends = right.slices.ends.pointer
    self.rows = rows
    let panels = (rows + layout.mr - 1) / layout.mr
    let count = panels * layout.sliceCount * layout.mr
    codes = workspace.take(panels * layout.byteCount)
    starts = workspace.take(count)
    totals = workspace.take(count)
    zeros = hasZeros ? workspace.take(count) : nil
    scales = hasOneScale ? nil : workspace.take(count)
    rowScales = hasOneScale ? workspace.take(panels * layout.mr) : nil
    biases = hasBiases ? workspace.take(count) : nil
    sums = right.hasBiases ? workspace.take(count) : nil
  }

  /// The block of scales that a grid has for several rows and not for all columns: a row that is alone shares it, too.
  static func block(of grid: BlockGrid) -> (rows: Int, first: Int) {
    let isShared = grid.block.rows > 1 && grid.extent.columns > 1
    return isShared ? (grid.block.rows, grid.origin.rows) : (0, 0)
  }

  var panels: Int { (rows + layout.mr - 1) / layout.mr }

  /// The rows of a panel.
  func rows(of panel: Int) -> Range<Int> {
    panel * layout.mr..<min((panel + 1) * layout.mr, rows)
  }

  /// The places of a panel's terms.
  func terms(of panel: Int) -> Range<Int> {
    let count = layout.sliceCount * layout.mr
    return panel * count..<(panel + 1) * count
  }

  /// Sums of what the codes of some rows of a panel stand for, from the other terms.
  func addSums(_ panel: Int, _ lanes: Range<Int>) {
    guard let sums else { return }
    let mr = layout.mr
    let first = terms(of: panel).lowerBound
    let (totals, zeros) = unsafe (totals.pointer + first, zeros.map { unsafe $0.pointer + first })
    let scales = unsafe scales.map { unsafe $0.pointer + first }
    let biases = unsafe biases.map { unsafe $0.pointer + first }
    // A row's places are its own.
    let output = unsafe sums.pointer + first
    var begin = 0
    for slice in 0..<layout.sliceCount {
      let end = unsafe ends[slice], count = end - begin
      begin = end
      for row in lanes {
        let place = slice * mr + row
        let zero = unsafe zeros.map { unsafe Int($0[place]) } ?? 0
        var sum = unsafe Float(Int(totals[place]) - zero * count)
        if let scales = unsafe scales { unsafe sum *= scales[place] }
        if let biases = unsafe biases { unsafe sum += biases[place] * Float(count) }
        unsafe output[place] = sum
      }
    }
  }
}

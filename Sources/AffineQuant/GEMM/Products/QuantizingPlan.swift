internal import Synchronization

/// How float rows that are quantized on their way meet a weight: all that does not depend on their values.
final class QuantizingPlan: Sendable {
  let right: RightCodes
  /// `nil` where a rule says how rows are quantized.
  let slices: Kernel<QuantizeSlices>?
  let rule: RowRule?
  let packing: PackingKernels
  /// Whether codes are summed after the kernel of slices has made them.
  let sumsCodes: Bool
  let finish: Kernel<FinishRows>
  /// Whether a row has one scale, and not one a slice.
  let hasOneScale: Bool
  /// Rows that share scales.
  let leftBlock: (rows: Int, first: Int)
  /// The smallest scale that can be divided by.
  let smallest: Float
  /// Whether it reads the codes of the weight, and no copy that another kernel wants.
  let isOfWeight: Bool
  /// The blocks of a row, where these are wider than the slices; `nil`: they are those, or one.
  let blocks: Blocks?

  struct Blocks {
    /// Where each ends, and its fours of codes.
    let ends: Buffer<Int>
    let quads: Buffer<UInt32>
    /// The block of each slice.
    let ofSlices: Buffer<UInt32>

    init(_ grid: BlockGrid, _ slices: ContractedSlices) {
      let ranges = (0..<grid.extent.columns).map { grid.columns(ofBlock: $0) }
      ends = Buffer(ranges.map(\.upperBound))
      // Whole fours: there are such blocks only where no slice is padded (`Product.plan`), so each is whole k-groups.
      quads = Buffer(ranges.map { UInt32($0.count / 4) })
      ofSlices = Buffer(slices.ranges.map { UInt32(grid.blockColumn($0.lowerBound)) })
    }
  }

  /// - Returns: `nil` where rows must become a matrix of codes first.
  init?(_ lhs: Shape, _ type: QuantizedType, _ rhs: CodeMatrix, _ execution: Execution) {
    let grid = BlockGrid(lhs, type.block)
    guard let plan = Product.plan(type, grid, rhs, finishes: true, execution),
      case .codes(let kernel) = plan.route, let finish = plan.finish
    else { return nil }
    switch plan.lhs {
    case .quantized(let quantize, let packing, let sums):
      (slices, rule, self.packing, sumsCodes) = (quantize, nil, packing, sums)
    case .encoded(let range, let encode, let packing):
      guard let rule = RowRule(type, grid, range, encode) else { return nil }
      (slices, self.rule, self.packing, sumsCodes) = (nil, rule, packing, false)
    default: return nil
    }
    // The left operand's values play no part in how the right side is packed.
    let nothing = ErasedOperand.float(.float32(Matrix(rows: 0, columns: 0) { _, _ in 0 }))
    let packed = ProductCall(.linear, nothing, .quantized(rhs), on: execution)
      .packed(plan, kernel.tile, against: grid)
    right = RightCodes(packed, kernel, hasZeros: rule?.hasZeros ?? false, execution)
    self.finish = finish
    hasOneScale = grid.extent.columns == 1
    leftBlock = PackedLHS.block(of: grid)
    smallest = type.mapping.scale.smallestInvertible
    isOfWeight = unsafe packed.codes.pointer == rhs.codes.pointer
    let contracted = right.tiles.slices
    let isSliced = grid.extent.columns == 1 || grid.extent.columns == contracted.ranges.count
    blocks = isSliced ? nil : Blocks(grid, contracted)
  }

  var hasZeros: Bool { rule?.hasZeros ?? false }
}

/// The plans of a weight. Those that come first, for a row alone and for several, are read without a lock: callers
/// of one model share its weights, and a lock that one of them holds the others would sleep on.
package final class QuantizingPlans: Sendable {
  private final class Known: Sendable {
    let rows: Range<Int>
    let execution: Execution
    let plan: QuantizingPlan?

    init(rows: Range<Int>, _ execution: Execution, _ plan: QuantizingPlan?) {
      self.rows = rows
      self.execution = execution
      self.plan = plan
    }

    func serves(_ rows: Int, _ execution: Execution) -> Bool {
      self.rows.contains(rows) && self.execution == execution
    }
  }

  /// Set once each.
  private let firstOne = AtomicLazyReference<Known>(), firstMore = AtomicLazyReference<Known>()
  /// The latest of other executions, or of numbers of rows that other kernels take.
  private let later = Mutex<(one: Known?, more: Known?)>((nil, nil))

  init() {}

  /// How such rows meet the weight: kept, unless that holds a copy of it.
  func plan(
    _ lhs: Shape, _ type: QuantizedType, _ rhs: CodeMatrix, _ execution: Execution
  ) -> QuantizingPlan? {
    let rows = lhs.rows
    let first = rows == 1 ? firstOne.load() : firstMore.load()
    if let first, first.serves(rows, execution) { return first.plan }
    let latest = later.withLock { later in rows == 1 ? later.one : later.more }
    if let latest, latest.serves(rows, execution) { return latest.plan }
    // Not under the lock: it may take as long as packing the weight. Who comes meanwhile makes one as well.
    let plan = QuantizingPlan(lhs, type, rhs, execution)
    guard plan?.isOfWeight ?? true else { return plan }
    let table = MatmulKernels.codes(rhs.type)
    // Blocks of several rows have one scale for a row that is alone.
    let alike = table.rowsServed(like: rows, on: execution)
    let range = rows == 1 ? 1..<2 : alike.clamped(to: 2..<Int.max)
    let new = Known(rows: range, execution, plan)
    // A record is for some calls, and the first plans stay as long as the weight.
    if execution.record == nil {
      let kept = rows == 1 ? firstOne.storeIfNil(new) : firstMore.storeIfNil(new)
      if kept === new { return plan }
    }
    later.withLock { later in
      if rows == 1 { later.one = new } else { later.more = new }
    }
    return plan
  }
}

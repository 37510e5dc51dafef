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
    smallest = type.mapping.scale.smallestInvertible
    isOfWeight = unsafe packed.codes.pointer == rhs.codes.pointer
    let contracted = right.tiles.slices
    let isSliced = grid.extent.columns == 1 || grid.extent.columns == contracted.ranges.count
    blocks = isSliced ? nil : Blocks(grid, contracted)
  }

  var hasZeros: Bool { rule?.hasZeros ?? false }
}

/// The plans of a weight: one for a row alone, one for the number of rows that came last.
package final class QuantizingPlans: Sendable {
  /// An object, so that looking at it counts one reference.
  private final class Known: Sendable {
    let rows: Int
    let execution: Execution
    let plan: QuantizingPlan?

    init(rows: Int, _ execution: Execution, _ plan: QuantizingPlan?) {
      self.rows = rows
      self.execution = execution
      self.plan = plan
    }
  }

  private let known = Mutex<(one: Known?, more: Known?)>((nil, nil))

  init() {}

  /// The plan for so many rows: kept, unless it holds a copy of the weight.
  func plan(
    rows: Int, _ execution: Execution, _ make: () -> QuantizingPlan?
  ) -> QuantizingPlan? {
    let found = known.withLock { known in rows == 1 ? known.one : known.more }
    if let found, found.rows == rows, found.execution == execution { return found.plan }
    // Not under the lock: it may take as long as packing the weight. Who comes meanwhile makes one as well.
    let new = Known(rows: rows, execution, make())
    guard new.plan?.isOfWeight ?? true else { return new.plan }
    known.withLock { known in
      if rows == 1 { known.one = new } else { known.more = new }
    }
    return new.plan
  }
}

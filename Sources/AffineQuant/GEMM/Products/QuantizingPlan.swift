internal import Synchronization

/// How float rows that are quantized on their way meet a weight: all that does not depend on their values.
final class QuantizingPlan: Sendable {
  let right: RightCodes
  let quantize: Kernel<QuantizeSlices>
  let packing: PackingKernels
  let finish: Kernel<FinishRows>
  /// Whether a row has one scale, and not one a slice.
  let hasOneScale: Bool
  /// The smallest scale that can be divided by.
  let smallest: Float

  /// - Returns: `nil` where rows must become a matrix of codes first.
  init?(_ lhs: Shape, _ type: QuantizedType, _ rhs: CodeMatrix, _ execution: Execution) {
    let grid = BlockGrid(lhs, type.block)
    guard let plan = Product.plan(type, grid, rhs, finishes: true, execution),
      case .codes(let kernel) = plan.route, case .quantized(let quantize, let packing) = plan.lhs,
      let finish = plan.finish
    else { return nil }
    // The left operand's values play no part in how the right side is packed.
    let nothing = ErasedOperand.float(.float32(Matrix(rows: 0, columns: 0) { _, _ in 0 }))
    let packed = ProductCall(.linear, nothing, .quantized(rhs), on: execution)
      .packed(plan, kernel.tile, against: grid)
    right = RightCodes(packed, kernel, execution)
    self.quantize = quantize
    self.packing = packing
    self.finish = finish
    hasOneScale = grid.extent.columns == 1
    smallest = type.mapping.scale.smallestInvertible
  }
}

/// The plans of a weight: one for a row alone, one for the number of rows that came last.
package final class QuantizingPlans: Sendable {
  private struct Known {
    let rows: Int
    let execution: Execution
    let plan: QuantizingPlan?
  }

  private let known = Mutex<(one: Known?, more: Known?)>((nil, nil))

  init() {}

  /// The plan for so many rows, made once.
  func plan(
    rows: Int, _ execution: Execution, _ make: () -> QuantizingPlan?
  ) -> QuantizingPlan? {
    known.withLock { known in
      if let found = rows == 1 ? known.one : known.more, found.rows == rows,
        found.execution == execution
      {
        return found.plan
      }
      let new = Known(rows: rows, execution: execution, plan: make())
      if rows == 1 { known.one = new } else { known.more = new }
      return new.plan
    }
  }
}

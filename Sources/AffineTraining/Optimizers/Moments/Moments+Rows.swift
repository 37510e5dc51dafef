internal import AffineQuant
internal import Synchronization

extension Moments {
  /// All moments are floats: rows need not be kept apart.
  mutating func moveFloats(
    _ parameters: inout Matrix<Float>, _ gradient: Matrix<Float>, _ rule: MomentRule,
    _ execution: Execution
  ) {
    let (rowCount, columns) = (shape.rows, shape.columns)
    let hasSecond = second.grid.shape.count > 0
    parameters.values.change { parameters in
      change { m, v in
        // Rows do not overlap.
        ThreadPool.shared.parallelRows(rowCount, columns, execution) { rows in
          let start = rows.lowerBound * columns
          unsafe rule.move(
            rows.count * columns, gradient: gradient.values.pointer + start,
            parameters: parameters.pointer + start, m: m.floats.pointer + start,
            v: v.floats.pointer + (hasSecond ? start : 0), execution)
        }
      }
    }
    withExtendedLifetime(gradient) {}
  }

  /// Any layout: a row becomes floats, moves, and is rounded again.
  mutating func moveRows(
    _ parameters: inout Matrix<Float>, _ gradient: Matrix<Float>, _ rule: MomentRule,
    _ keys: (UInt64, UInt64), _ execution: Execution
  ) throws(QuantizationError) {
    let (rowCount, columns) = (shape.rows, shape.columns)
    let (mLayout, mGrid) = (first.layout, first.grid)
    let (vLayout, vGrid) = (second.layout, second.grid)
    let hasSecond = vGrid.shape.count > 0
    let failure = Mutex<(row: Int, error: QuantizationError)?>(nil)
    parameters.values.change { parameters in
      change { m, v in
        // Rows do not overlap.
        ThreadPool.shared.parallelRows(rowCount, columns, execution) { rows in
          let mRows = MomentRows(mLayout, mGrid, m, key: keys.0, execution)
          let vRows = MomentRows(vLayout, vGrid, v, key: keys.1, execution)
          let moved = ScratchRow(columns)
          for row in rows {
            let values = unsafe parameters.pointer + row * columns
            let (m, v) = unsafe (mRows.load(row), vRows.load(hasSecond ? row : 0))
            unsafe moved.start.update(from: values, count: columns)
            unsafe rule.move(
              columns, gradient: gradient.values.pointer + row * columns,
              parameters: moved.start, m: m, v: v, execution)
            if let error = unsafe Self.error(
              m, v, hasSecond, columns, row, execution)
            {
              failure.withLock { if row < $0?.row ?? .max { $0 = (row, error) } }
              continue
            }
            unsafe values.update(from: moved.start, count: columns)
            mRows.store(row)
            if hasSecond { vRows.store(row) }
          }
        }
      }
    }
    withExtendedLifetime(gradient) {}
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }

  /// Why a row of moments cannot be stored. What is not finite shows in the sum of squares.
  private static func error(
    _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>, _ hasSecond: Bool,
    _ columns: Int, _ row: Int,
    _ execution: Execution
  ) -> QuantizationError? {
    let kernel = SquareKernels.floats.best(on: execution)
    let sum = unsafe kernel.sum(m, columns) + (hasSecond ? kernel.sum(v, columns) : 0)
    if sum.isFinite { return nil }
    for column in 0..<columns {
      let (m, v) = unsafe (m[column], hasSecond ? v[column] : 0)
      if !m.isFinite || !v.isFinite {
        return .notFinite(m.isFinite ? v : m, row: row, column: column)
      }
    }
    return nil
  }
}

/// A row of floats to work on.
@safe
struct ScratchRow {
  let start: UnsafeMutablePointer<Float>
  private let memory: Allocation

  init(_ count: Int) {
    memory = Allocation(byteCount: count * MemoryLayout<Float>.stride, zeroed: false)
    unsafe start = memory.start.bindMemory(to: Float.self, capacity: count)
  }
}

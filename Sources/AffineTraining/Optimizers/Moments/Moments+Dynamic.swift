internal import AffineQuant
internal import AffineKernels
internal import Synchronization

extension Moments {
  /// A step of AdamW with codes of the dynamic map and roots in unsigned 8-bit floats, which round at
  /// random by the key.
  ///
  /// - Throws: ``QuantizationError`` of the first row with a new moment that codes cannot express.
  ///   Other rows, and what is to the left in such a row, have moved then.
  mutating func moveDynamic(
    _ parameters: inout Matrix<Float>, _ gradient: Matrix<Float>, _ step: AdamWStep,
    _ group: Block, key: UInt64, _ execution: Execution
  ) throws(QuantizationError) {
    let kernel = AdamWKernels.dynamic8.best(on: execution)
    let (grid, columns) = (BlockGrid(shape, group), shape.columns)
    let ends = RowRuns.ends(grid, 0..<columns)
    let longest = ends.reduce((0, 0)) { (max($0.0, $1 - $0.1), $1) }.0
    let failure = Mutex<(row: Int, error: QuantizationError)?>(nil)
    parameters.values.change { parameters in
      change { m, v in
        // Rows do not overlap.
        ThreadPool.shared.parallelRows(grid.shape.rows, columns, execution) { rows in
          let scratch = AdamWScratch(longest)
          let (start, block) = (rows.lowerBound * columns, rows.lowerBound * ends.count)
          unsafe withStarts(ends, ends) { starts, _ in
            var arguments = unsafe AdamWRow(
              c: aq_adamw_dynamic8_args(
                step: step.c, runs: ends.count, ends: starts,
                gradient: gradient.values.pointer + start,
                parameters: parameters.pointer + start, map: DynamicMap.signed.c,
                m_codes: m.codes.pointer + start,
                v_codes: v.codes.pointer + start, m_scales: m.scales.pointer + block,
                v_scales: v.scales.pointer + block,
                key: RootCodes.key(key, row: rows.lowerBound, columns: columns), m: scratch.m,
                roots: scratch.roots, done: 0))
            for row in rows {
              kernel(&arguments)
              let done = unsafe arguments.c.done
              if done < ends.count {
                let error = scratch.error(row, grid.columns(ofBlock: done))
                failure.withLock { if row < $0?.row ?? .max { $0 = (row, error) } }
              }
              arguments.advance(columns: columns, runs: ends.count)
            }
          }
        }
      }
    }
    withExtendedLifetime(gradient) {}
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }
}

extension AdamWRow {
  /// Goes to the next row.
  fileprivate mutating func advance(columns: Int, runs: Int) {
    unsafe c.gradient += columns
    unsafe c.parameters += columns
    unsafe c.m_codes += columns
    unsafe c.v_codes += columns
    unsafe c.m_scales += runs
    unsafe c.v_scales += runs
    unsafe c.key &+= UInt32(truncatingIfNeeded: columns) &* AQ_WEYL
  }
}

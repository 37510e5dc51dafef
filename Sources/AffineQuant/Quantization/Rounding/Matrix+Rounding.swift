internal import AffineKernels

extension Matrix<BFloat16> {
  /// Takes values of one shape in the memory there is, unless it is shared.
  package mutating func round(
    _ source: Matrix<Float>, _ rounding: Rounding, on execution: Execution
  ) {
    precondition(source.shape == shape)
    let (rowCount, columns) = (shape.rows, shape.columns)
    let kernel = QuantizeKernels.ditherHalves.best(on: execution)
    values.change { memory in
      // Rows do not overlap.
      ThreadPool.shared.parallelRows(rowCount, columns, execution) { rows in
        if let key = rounding.key {
          let first = rows.lowerBound * columns
          unsafe kernel.round(
            source.values.pointer + first, rows.count * columns, key, first: first,
            into: memory.pointer + first)
          return
        }
        for index in rows.lowerBound * columns..<rows.upperBound * columns {
          unsafe memory.pointer[index] = BFloat16(
            source.values.pointer[index], rounding, element: index)
        }
      }
    }
    withExtendedLifetime(source) {}
  }
}

extension Kernel<DitherHalves> {
  /// Rounds values whose elements are `first` and those that follow.
  package func round(
    _ values: UnsafePointer<Float>, _ count: Int, _ key: UInt64, first: Int,
    into rounded: UnsafeMutablePointer<BFloat16>
  ) {
    // The only field of a BFloat16 is its bit pattern.
    unsafe rounded.withMemoryRebound(to: UInt16.self, capacity: count) { rounded in
      var arguments = unsafe DitherHalves(
        c: aq_dither_bf16_args(
          count: count, values: values, key: key, first: UInt64(first), rounded: rounded))
      self(&arguments)
    }
  }
}

internal import AffineKernels

// Runs are given by where they end; no ends say that every column is one. What belongs to runs is
// given once for all rows, or row by row.

extension Kernel<RangeOfRuns> {
  /// Joins the ranges of runs with the values of some rows.
  ///
  /// - Returns: Whether all values are finite.
  func join(
    _ rows: FloatRows, _ ends: [Int], _ low: inout [Float], _ high: inout [Float]
  ) -> Bool {
    let runs = rows.runs(ends)
    let stride = rows.stride(of: low.count, runs)
    precondition(high.count == low.count)
    return unsafe low.withUnsafeMutableBufferPointer { low in
      unsafe high.withUnsafeMutableBufferPointer { high in
        unsafe ends.withUnsafeBufferPointer { ends in
          guard let low = low.baseAddress, let high = high.baseAddress else { return true }
          var arguments = unsafe RangeOfRuns(
            c: aq_range_args(
              values: rows.pointer, rows: rows.rows.count, stride: rows.stride, runs: runs,
              ends: ends.isEmpty ? nil : ends.baseAddress, minimum: low, maximum: high,
              ranges_stride: stride, is_finite: true))
          self(&arguments)
          return unsafe arguments.c.is_finite
        }
      }
    }
  }
}

extension Kernel<MagnitudesOfRuns> {
  /// Joins the magnitudes of runs with those of the values of some rows.
  func join(
    _ rows: FloatRows, _ ends: [Int], _ sums: inout MutableSpan<Double>,
    _ smallest: inout MutableSpan<Float>, _ largest: inout MutableSpan<Float>
  ) {
    let runs = rows.runs(ends)
    precondition(sums.count == runs && smallest.count == runs && largest.count == runs)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe smallest.withUnsafeMutableBufferPointer { smallest in
        unsafe largest.withUnsafeMutableBufferPointer { largest in
          unsafe ends.withUnsafeBufferPointer { ends in
            guard let sum = sums.baseAddress, let low = smallest.baseAddress,
              let high = largest.baseAddress
            else { return }
            var arguments = unsafe MagnitudesOfRuns(
              c: aq_magnitudes_args(
                values: rows.pointer, rows: rows.rows.count, stride: rows.stride, runs: runs,
                ends: ends.isEmpty ? nil : ends.baseAddress, sum: sum, smallest: low, largest: high)
            )
            self(&arguments)
          }
        }
      }
    }
  }
}

extension FloatRows {
  /// How many runs a row has.
  func runs(_ ends: [Int]) -> Int {
    precondition(ends.last ?? columns.count == columns.count)
    return ends.isEmpty ? columns.count : ends.count
  }

  /// How far what belongs to the runs of neighbouring rows lies apart.
  func stride(of count: Int, _ runs: Int) -> Int {
    precondition(count == runs || count == rows.count * runs)
    return count == runs ? 0 : runs
  }
}

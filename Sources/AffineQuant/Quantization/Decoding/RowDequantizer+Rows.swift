internal import AffineKernels

extension RowDequantizer {
  /// The values of some rows of a result, of which `row` tells the place in the matrix.
  ///
  /// No references are counted between rows that are read as they are stored: an atomic operation waits
  /// until the values that were written before have reached a cache, which took a third of the time.
  func callAsFunction(
    _ matrix: CodeMatrix, _ indices: Range<Int>, of row: (Int) -> Int,
    into memory: DisjointMemory<Float>
  ) {
    let columns = matrix.shape.columns
    guard unpack == nil, columns > 0 else {
      var runs = RowRuns(matrix, 0..<columns)
      for index in indices {
        memory.withRange(index * columns..<(index + 1) * columns) {
          self(matrix, row(index), &runs, into: &$0)
        }
      }
      return
    }
    precondition(indices.lowerBound >= 0 && indices.upperBound * columns <= memory.count)
    // A large result has left the caches before it is used; writing past them saves reading it first.
    let streams = memory.count * MemoryLayout<Float>.stride >= Allocation.large
    if let run = integers {
      unsafe eachRow(matrix, indices, of: row, into: memory) { row in
        var arguments = unsafe DequantizeRow(
          c: aq_dequantize_args(
            codes: row.codes, runs: row.runs, ends: row.ends, scale: row.scales,
            zero_point: row.zeroPoints, bias: row.biases, values: row.values, streams: streams))
        run(&arguments)
      }
    } else if let run = lookup {
      unsafe eachRow(matrix, indices, of: row, into: memory) { row in
        var arguments = unsafe LookupRow(
          c: aq_lookup_args(
            codes: row.codes, runs: row.runs, ends: row.ends, table: numbers.pointer,
            bits: UInt32(storage.bits), scale: row.scales, bias: row.biases, values: row.values))
        run(&arguments)
      }
    }
    withExtendedLifetime(self) {}
  }

  /// Where one row lies, for the time of a call.
  @unsafe private struct RowPointers {
    let codes: UnsafePointer<UInt8>
    let runs: Int
    let ends: UnsafePointer<Int>
    let scales, zeroPoints: UnsafePointer<Float>
    let biases: UnsafePointer<Float>?
    let values: UnsafeMutablePointer<Float>
  }

  @inline(__always)
  private func eachRow(
    _ matrix: CodeMatrix, _ indices: Range<Int>, of row: (Int) -> Int,
    into memory: DisjointMemory<Float>, _ body: (RowPointers) -> Void
  ) {
    let (grid, columns, rowBytes) = (matrix.grid, matrix.shape.columns, matrix.rowBytes)
    let (codes, scales, biases) = (matrix.codes, matrix.scales, matrix.biases)
    let zeroPoints = matrix.zeroPoints
    let (hasZeroPoints, hasBiases) = (zeroPoints.count > 0, biases.count > 0)
    let (rows, blockColumns) = (matrix.shape.rows, grid.extent.columns)
    unsafe RowRuns.ends(matrix.grid, 0..<columns).withUnsafeBufferPointer { ends in
      guard let firstEnd = ends.baseAddress else { return }
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: ends.count) { zeros in
        unsafe zeros.initialize(repeating: 0)
        guard let firstZero = zeros.baseAddress else { return }
        for index in indices {
          let row = row(index)
          precondition(row >= 0 && row < rows)
          let block = grid.blockRow(row) * blockColumns
          if hasZeroPoints {
            for run in 0..<ends.count {
              unsafe zeros[run] = Float(zeroPoints.pointer[block + run])
            }
          }
          unsafe body(
            RowPointers(
              codes: codes.pointer + row * rowBytes, runs: ends.count, ends: firstEnd,
              scales: scales.pointer + block, zeroPoints: UnsafePointer(firstZero),
              biases: hasBiases ? biases.pointer + block : nil,
              values: memory.pointer + index * columns))
        }
      }
    }
    withExtendedLifetime((matrix, codes, scales, biases, zeroPoints)) {}
  }
}

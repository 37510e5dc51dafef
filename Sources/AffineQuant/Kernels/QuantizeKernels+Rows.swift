internal import AffineKernels

// Runs are given by where they end; no ends say that every column is one.

extension Kernel<RangeOfRuns> {
  /// Joins the ranges of runs with the values of some rows.
  ///
  /// - Returns: Whether all values are finite.
  func join(
    _ rows: FloatRows, _ ends: [Int], _ low: inout [Float], _ high: inout [Float]
  ) -> Bool {
    let runs = ends.last == nil ? rows.columns.count : ends.count
    precondition(low.count == runs && high.count == runs)
    precondition(ends.last ?? rows.columns.count == rows.columns.count)
    return unsafe low.withUnsafeMutableBufferPointer { low in
      unsafe high.withUnsafeMutableBufferPointer { high in
        unsafe ends.withUnsafeBufferPointer { ends in
          guard let low = low.baseAddress, let high = high.baseAddress else { return true }
          var arguments = unsafe RangeOfRuns(
            c: aq_range_args(
              values: rows.pointer, rows: rows.rows.count, stride: rows.stride, runs: runs,
              ends: ends.isEmpty ? nil : ends.baseAddress, minimum: low, maximum: high,
              is_finite: true))
          self(&arguments)
          return unsafe arguments.c.is_finite
        }
      }
    }
  }
}

/// The parameters of runs as the kernel that encodes wants them.
struct EncodingParameters {
  var inverse: [Float] = []
  var zeroPoints: [Float] = []
  let low, high: Float
}

extension Kernel<QuantizeRows> {
  /// Encodes rows to places that lie `stride` bytes apart, of which this call alone writes as many
  /// bytes as there are columns.
  func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters,
    into codes: DisjointMemory<UInt8>, at start: Int, stride: Int
  ) {
    precondition(
      start >= 0 && start + (rows.rows.count - 1) * stride + rows.columns.count <= codes.count)
    unsafe encode(rows, ends, parameters, codes.pointer + start, stride)
  }

  /// Encodes one row.
  func encode(
    _ values: borrowing Span<Float>, _ ends: [Int], _ parameters: EncodingParameters,
    into codes: inout MutableSpan<UInt8>
  ) {
    precondition(codes.count == values.count)
    unsafe codes.withUnsafeMutableBufferPointer { codes in
      FloatRows.lend(values, 0..<1, values.indices, stride: 0) { rows in
        guard let start = codes.baseAddress else { return }
        unsafe encode(rows, ends, parameters, start, 0)
      }
    }
  }

  private func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters,
    _ codes: UnsafeMutablePointer<UInt8>, _ stride: Int
  ) {
    precondition(ends.last ?? rows.columns.count == rows.columns.count)
    let runs = ends.isEmpty ? rows.columns.count : ends.count
    precondition(parameters.inverse.count == runs && parameters.zeroPoints.count == runs)
    unsafe withStarts(parameters.inverse, parameters.zeroPoints) { inverse, zeroPoints in
      unsafe ends.withUnsafeBufferPointer { ends in
        var arguments = unsafe QuantizeRows(
          c: aq_quantize_args(
            values: rows.pointer, rows: rows.rows.count, stride: rows.stride, runs: runs,
            ends: ends.isEmpty ? nil : ends.baseAddress, inverse: inverse,
            zero_point: zeroPoints, low: parameters.low, high: parameters.high, codes: codes,
            codes_stride: stride))
        self(&arguments)
      }
    }
  }
}

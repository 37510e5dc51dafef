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

/// The parameters of runs as the kernel that encodes wants them.
struct EncodingParameters {
  var inverse: [Float] = []
  var zeroPoints: [Float] = []
  let low, high: Float
}

/// The kernels that encode rows: to the nearest code, or at random.
struct EncodingKernels {
  private let nearest: Kernel<QuantizeRows>, dither: Kernel<DitherRows>
  /// The key of the random numbers.
  private let key: UInt64?

  init(_ rounding: Rounding, _ execution: Execution) {
    nearest = QuantizeKernels.quantize.best(on: execution)
    dither = QuantizeKernels.dither.best(on: execution)
    key = rounding.key
  }

  /// Encodes rows to places that lie `stride` bytes apart, of which this call alone writes as many
  /// bytes as there are columns. `extent` is the number of columns of the whole matrix.
  func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters, extent: Int,
    into codes: DisjointMemory<UInt8>, at start: Int, stride: Int
  ) {
    precondition(
      start >= 0 && start + (rows.rows.count - 1) * stride + rows.columns.count <= codes.count)
    unsafe encode(rows, ends, parameters, extent, codes.pointer + start, stride)
  }

  /// Encodes rows to codes that lie without gaps.
  func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters, extent: Int,
    into codes: inout MutableSpan<UInt8>
  ) {
    precondition(codes.count == rows.rows.count * rows.columns.count)
    unsafe codes.withUnsafeMutableBufferPointer { codes in
      guard let start = codes.baseAddress else { return }
      unsafe encode(rows, ends, parameters, extent, start, rows.columns.count)
    }
  }

  private func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters, _ extent: Int,
    _ codes: UnsafeMutablePointer<UInt8>, _ stride: Int
  ) {
    let runs = rows.runs(ends)
    let parametersStride = rows.stride(of: parameters.inverse.count, runs)
    precondition(parameters.zeroPoints.count == parameters.inverse.count)
    unsafe withStarts(parameters.inverse, parameters.zeroPoints) { inverse, zeroPoints in
      unsafe ends.withUnsafeBufferPointer { ends in
        let arguments = unsafe aq_quantize_args(
          values: rows.pointer, rows: rows.rows.count, stride: rows.stride, runs: runs,
          ends: ends.isEmpty ? nil : ends.baseAddress, inverse: inverse,
          zero_point: zeroPoints, parameters_stride: parametersStride, low: parameters.low,
          high: parameters.high, codes: codes, codes_stride: stride)
        if let key {
          let first = rows.rows.lowerBound * extent + rows.columns.lowerBound
          var random = unsafe DitherRows(
            c: aq_dither_args(
              quantize: arguments, key: key, first: UInt64(first), elements_stride: extent))
          dither(&random)
        } else {
          var nearestArguments = unsafe QuantizeRows(c: arguments)
          nearest(&nearestArguments)
        }
      }
    }
  }
}

extension FloatRows {
  /// How many runs a row has.
  fileprivate func runs(_ ends: [Int]) -> Int {
    precondition(ends.last ?? columns.count == columns.count)
    return ends.isEmpty ? columns.count : ends.count
  }

  /// How far what belongs to the runs of neighbouring rows lies apart.
  fileprivate func stride(of count: Int, _ runs: Int) -> Int {
    precondition(count == runs || count == rows.count * runs)
    return count == runs ? 0 : runs
  }
}

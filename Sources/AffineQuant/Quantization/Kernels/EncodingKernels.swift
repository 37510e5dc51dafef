internal import AffineKernels

/// The kernel that encodes rows, and the definition; a class, since encoders are copied for every strip.
final class EncodingKernels: Sendable {
  private let choice: EncodingChoice
  let chooser: ParameterChooser
  let encoding: Encoding
  let rounding: Rounding
  /// The key of the random numbers.
  private let key: UInt64
  /// The entries of a table and where the nearest code changes.
  private let table, thresholds: Buffer<Float>

  init(_ chooser: ParameterChooser, _ rounding: Rounding, _ execution: Execution) {
    let encoding = Encoding(chooser)
    self.chooser = chooser
    self.encoding = encoding
    self.rounding = rounding
    key = rounding.key ?? 0
    choice = EncodingChoice(encoding, rounding, execution)
    guard case .codebook(let map) = chooser.type.mapping.kind else {
      (table, thresholds) = (Buffer([]), Buffer([]))
      return
    }
    let padding = [Float](repeating: .infinity, count: 257 - map.values.count)
    table = Buffer(map.values + padding)
    thresholds = Buffer(CodeThresholds.of(map).values + padding)
  }

  /// Encodes rows to places that lie `stride` bytes apart, of which this call alone writes as many
  /// bytes as there are columns. `extent` is the number of columns of the whole matrix.
  func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters, extent: Int,
    into codes: DisjointMemory<UInt8>, at start: Int, stride: Int
  ) {
    precondition(
      start >= 0 && start + (rows.rows.count - 1) * stride + rows.columns.count <= codes.count)
    let streams = codes.count >= Allocation.large
    unsafe encode(rows, ends, parameters, extent, codes.pointer + start, stride, streams)
  }

  /// Encodes rows to codes that lie without gaps.
  func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters, extent: Int,
    into codes: inout MutableSpan<UInt8>
  ) {
    precondition(codes.count == rows.rows.count * rows.columns.count)
    unsafe codes.withUnsafeMutableBufferPointer { codes in
      guard let start = codes.baseAddress else { return }
      unsafe encode(rows, ends, parameters, extent, start, rows.columns.count, false)
    }
  }

  private func encode(
    _ rows: FloatRows, _ ends: [Int], _ parameters: EncodingParameters, _ extent: Int,
    _ codes: UnsafeMutablePointer<UInt8>, _ stride: Int, _ streams: Bool
  ) {
    let runs = rows.runs(ends)
    let parametersStride = rows.stride(of: parameters.count, runs)
    let first = UInt64(rows.rows.lowerBound * extent + rows.columns.lowerBound)
    unsafe parameters.withStarts { shifts, factors, zeroPoints in
      unsafe ends.withUnsafeBufferPointer { ends in
        let plain = unsafe aq_quantize_args(
          values: rows.pointer, rows: rows.rows.count, stride: rows.stride, runs: runs,
          ends: ends.isEmpty ? nil : ends.baseAddress, inverse: factors, zero_point: zeroPoints,
          parameters_stride: parametersStride, low: encoding.low, high: encoding.high, codes: codes,
          codes_stride: stride, streams: streams)
        switch choice {
        case .nearest(let kernel):
          var arguments = unsafe QuantizeRows(c: plain)
          kernel(&arguments)
        case .dither(let kernel):
          var arguments = unsafe DitherRows(
            c: aq_dither_args(quantize: plain, key: key, first: first, elements_stride: extent))
          kernel(&arguments)
        case .any(let kernel):
          var arguments = unsafe QuantizeAnyRows(c: general(plain, shifts, first, extent))
          kernel(&arguments)
        }
      }
    }
    withExtendedLifetime(self) {}
  }

  private func general(
    _ plain: aq_quantize_args, _ shifts: UnsafePointer<Float>, _ first: UInt64, _ extent: Int
  ) -> aq_quantize_any_args {
    var arguments = unsafe aq_quantize_any_args(
      values: plain.values, rows: plain.rows, stride: plain.stride, runs: plain.runs,
      ends: plain.ends, shift: shifts, factor: plain.inverse, zero_point: plain.zero_point,
      parameters_stride: plain.parameters_stride, multiplies: encoding.multiplies,
      arithmetic: encoding.arithmetic.c, rounding: rounding.c, kind: Int32(AQ_WHOLE_CODES),
      low: plain.low, high: plain.high, last: 0, bits: 0, mantissa_bits: 0, table: table.pointer,
      thresholds: thresholds.pointer, key: key, first: first, elements_stride: extent,
      codes: plain.codes, codes_stride: plain.codes_stride)
    switch encoding.kind {
    case .whole: break
    case .float(let format):
      unsafe arguments.kind = Int32(AQ_FLOAT_CODES)
      unsafe (arguments.low, arguments.high) = (-format.largest, format.largest)
      unsafe arguments.last = Int32(format.largestField)
      unsafe arguments.bits = Int32(format.bits)
      unsafe arguments.mantissa_bits = Int32(format.mantissaBits)
    case .table(let entries):
      unsafe arguments.kind = Int32(AQ_TABLE_CODES)
      unsafe arguments.last = Int32(entries.count - 1)
    }
    return unsafe arguments
  }
}

internal import AffineKernels

/// The kernels that turn rows of values into codes and back.
package enum QuantizeKernels {
  /// Smallest and largest value of each run of some rows.
  static let range = unsafe KernelTable<RangeOfRuns>(
    aq_range_f32(), portable: "aq_range_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    unsafe family.c.is_finite = true
    for row in unsafe 0..<arguments.rows {
      var start = 0
      for run in unsafe 0..<arguments.runs {
        let end = unsafe arguments.ends.map { unsafe $0[run] } ?? run + 1
        let place = unsafe row * arguments.ranges_stride + run
        var (low, high) = unsafe (arguments.minimum[place], arguments.maximum[place])
        for column in start..<end {
          let value = unsafe arguments.values[row * arguments.stride + column]
          if !value.isFinite { unsafe family.c.is_finite = false }
          low = min(low, value)
          high = max(high, value)
        }
        unsafe arguments.minimum[place] = low
        unsafe arguments.maximum[place] = high
        start = end
      }
    }
  }

  /// Sums of the magnitudes of each run of some rows, and their extremes.
  static let magnitudes = unsafe KernelTable<MagnitudesOfRuns>(
    aq_magnitudes_f32(), portable: "aq_magnitudes_f32_portable"
  ) { family in
    let arguments = unsafe family.c
    for row in unsafe 0..<arguments.rows {
      let values = unsafe arguments.values + row * arguments.stride
      var start = 0
      for run in unsafe 0..<arguments.runs {
        let end = unsafe arguments.ends.map { unsafe $0[run] } ?? run + 1
        var sums = SIMD8<Double>.zero
        for column in start..<end {
          let magnitude = unsafe values[column].magnitude
          sums[(column - start) % 8] += Double(magnitude)
          unsafe arguments.largest[run] = max(arguments.largest[run], magnitude)
          guard magnitude > 0 else { continue }
          unsafe arguments.smallest[run] = min(arguments.smallest[run], magnitude)
        }
        unsafe arguments.sum[run] += sums.indices.reduce(0) { $0 + sums[$1] }
        start = end
      }
    }
  }

  /// `clamp(round(value · inverse) + zero point)`, one code a byte.
  static let quantize = unsafe KernelTable<QuantizeRows>(
    aq_quantize_i8(), portable: "aq_quantize_i8_portable"
  ) { family in
    let arguments = unsafe family.c
    let (low, high) = unsafe (arguments.low, arguments.high)
    for row in unsafe 0..<arguments.rows {
      let values = unsafe arguments.values + row * arguments.stride
      let codes = unsafe arguments.codes + row * arguments.codes_stride
      var start = 0
      for run in unsafe 0..<arguments.runs {
        let end = unsafe arguments.ends.map { unsafe $0[run] } ?? run + 1
        let place = unsafe row * arguments.parameters_stride + run
        let (inverse, zero) = unsafe (arguments.inverse[place], arguments.zero_point[place])
        for column in start..<end {
          let scaled = unsafe (values[column] * inverse).rounded(.toNearestOrEven) + zero
          let code = Int16(min(max(scaled, low), high))
          unsafe codes[column] = UInt8(truncatingIfNeeded: code)
        }
        start = end
      }
    }
  }

  /// The same, rounded at random.
  static let dither = unsafe KernelTable<DitherRows>(
    aq_dither_i8(), portable: "aq_dither_i8_portable"
  ) { family in
    let (arguments, key) = unsafe (family.c.quantize, family.c.key)
    for row in unsafe 0..<arguments.rows {
      let values = unsafe arguments.values + row * arguments.stride
      let codes = unsafe arguments.codes + row * arguments.codes_stride
      let first = unsafe Int(family.c.first) + row * family.c.elements_stride
      var start = 0
      for run in unsafe 0..<arguments.runs {
        let end = unsafe arguments.ends.map { unsafe $0[run] } ?? run + 1
        let place = unsafe row * arguments.parameters_stride + run
        let (inverse, zero) = unsafe (arguments.inverse[place], arguments.zero_point[place])
        for column in start..<end {
          let steps = unsafe Rounding.round(values[column] * inverse, key, first + column)
          let code = unsafe Int16(min(max(steps + zero, arguments.low), arguments.high))
          unsafe codes[column] = UInt8(truncatingIfNeeded: code)
        }
        start = end
      }
    }
  }

  /// Floats to bfloat16, rounded at random.
  package static let ditherHalves = unsafe KernelTable<DitherHalves>(
    aq_dither_bf16(), portable: "aq_dither_bf16_portable"
  ) { family in
    let arguments = unsafe family.c
    for index in unsafe 0..<arguments.count {
      let word = unsafe SplitMix.word(arguments.key, Int(arguments.first) + index)
      unsafe arguments.rounded[index] =
        BFloat16(arguments.values[index], random: UInt16(word >> 48)).bitPattern
    }
  }

  /// Codes to the numbers of a table.
  static let lookup = unsafe KernelTable<LookupRow>(
    aq_lookup_8(), portable: "aq_lookup_8_portable"
  ) { family in
    let arguments = unsafe family.c
    var column = 0
    for run in unsafe 0..<arguments.runs {
      let end = unsafe arguments.ends[run]
      while column < end {
        let code = unsafe Int(arguments.codes[column])
        let product = unsafe arguments.table[code] * arguments.scale[run]
        unsafe arguments.values[column] = arguments.bias.map { unsafe product + $0[run] } ?? product
        column += 1
      }
    }
  }

  /// The tables of the storages that have SIMD kernels.
  static func dequantize(_ storage: CodeFormat) -> KernelTable<DequantizeRow>? {
    switch storage {
    case .signed(bits: 8): dequantizeInt8
    case .unsigned(bits: 8): dequantizeUInt8
    case .signed(bits: 4): dequantizeInt4
    case .unsigned(bits: 4): dequantizeUInt4
    default: nil
    }
  }

  package static let dequantizeInt8 = unsafe KernelTable<DequantizeRow>(
    aq_dequantize_i8(), portable: "aq_dequantize_i8_portable", dequantizing(.signed(bits: 8)))
  private static let dequantizeUInt8 = unsafe KernelTable<DequantizeRow>(
    aq_dequantize_u8(), portable: "aq_dequantize_u8_portable", dequantizing(.unsigned(bits: 8)))
  private static let dequantizeInt4 = unsafe KernelTable<DequantizeRow>(
    aq_dequantize_i4(), portable: "aq_dequantize_i4_portable", dequantizing(.signed(bits: 4)))
  private static let dequantizeUInt4 = unsafe KernelTable<DequantizeRow>(
    aq_dequantize_u4(), portable: "aq_dequantize_u4_portable", dequantizing(.unsigned(bits: 4)))

  private static func dequantizing(_ storage: CodeFormat) -> Kernel<DequantizeRow>.Entry {
    { family in
      let arguments = unsafe family.c
      var start = 0
      let count = unsafe arguments.runs == 0 ? 0 : arguments.ends[arguments.runs - 1]
      let row = unsafe Span(
        _unsafeStart: arguments.codes, count: storage.byteCount(columns: count))
      for run in unsafe 0..<arguments.runs {
        let end = unsafe arguments.ends[run]
        let (scale, zero) = unsafe (arguments.scale[run], arguments.zero_point[run])
        for column in start..<end {
          let code = Float(storage.code(row, column: column))
          let value = (code - zero) * scale
          if let bias = unsafe arguments.bias {
            unsafe arguments.values[column] = value + bias[run]
          } else {
            unsafe arguments.values[column] = value
          }
        }
        start = end
      }
    }
  }
}

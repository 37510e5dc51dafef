internal import AffineKernels

extension QuantizeKernels {
  /// Values to codes of any kind, rounded in any way, one code a byte.
  static let quantizeAny = unsafe KernelTable<QuantizeAnyRows>(
    aq_quantize_any(), portable: "aq_quantize_any_portable"
  ) { family in
    let arguments = unsafe family.c
    let encoding = unsafe Encoding(c: arguments)
    for row in unsafe 0..<arguments.rows {
      let values = unsafe arguments.values + row * arguments.stride
      let codes = unsafe arguments.codes + row * arguments.codes_stride
      let first = unsafe Int(arguments.first) + row * arguments.elements_stride
      var start = 0
      for run in unsafe 0..<arguments.runs {
        let end = unsafe arguments.ends.map { unsafe $0[run] } ?? run + 1
        let place = unsafe row * arguments.parameters_stride + run
        let terms = unsafe EncodingTerms(
          shift: arguments.shift[place], factor: arguments.factor[place],
          zeroPoint: arguments.zero_point[place])
        for column in start..<end {
          let number = unsafe encoding.number(values[column], terms)
          let code = encoding.code(number, zeroPoint: terms.zeroPoint) {
            unsafe round($0, arguments, first + column)
          }
          unsafe codes[column] = UInt8(truncatingIfNeeded: code)
        }
        start = end
      }
    }
  }

  private static func round(
    _ number: Float, _ arguments: aq_quantize_any_args, _ element: Int
  ) -> Float {
    switch unsafe Int(arguments.rounding) {
    case AQ_NEAREST: number.rounded(.toNearestOrEven)
    case AQ_DOWN: number.rounded(.down)
    case AQ_TO_ZERO: number.rounded(.towardZero)
    default: unsafe Rounding.round(number, arguments.key, element)
    }
  }
}

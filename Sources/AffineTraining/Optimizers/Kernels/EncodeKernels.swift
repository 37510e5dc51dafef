internal import AffineQuant
internal import AffineKernels

/// The kernels that turn moments into codes.
enum EncodeKernels {
  static let moments = unsafe KernelTable<EncodeMoments>(
    aq_encode_any(), portable: "aq_encode_any_portable"
  ) { family in
    let arguments = unsafe family.c
    let map = unsafe [Float](UnsafeBufferPointer(start: arguments.map.values, count: 256))
    var start = 0
    for run in unsafe 0..<arguments.runs {
      let columns = unsafe start..<arguments.ends[run]
      start = columns.upperBound
      let isRoot = unsafe Int(arguments.rule) >= AQ_ROOT_FLOAT8
      var largest: Float = 0
      for column in columns {
        largest = unsafe max(largest, arguments.values[column].magnitude)
      }
      if isRoot { largest = largest.squareRoot() }
      let scale =
        unsafe largest == 0
        ? arguments.zero_scale : ScaleFormat.float32.roundInvertible(largest / arguments.top)
      unsafe arguments.scales[run] = scale
      if isRoot, scale != 0 {
        for column in columns {
          unsafe arguments.codes[column] = code(
            arguments.values[column].squareRoot(), 1 / scale, arguments,
            RootCodes.random(arguments.key, column))
        }
        continue
      }
      for column in columns {
        let number = unsafe scale == 0 ? 0 : arguments.values[column] / scale
        unsafe arguments.codes[column] = scale == 0 ? 0 : code(number, arguments, map)
      }
    }
  }

  private static func code(_ number: Float, _ arguments: aq_encode_args, _ map: [Float]) -> UInt8 {
    switch unsafe Int(arguments.rule) {
    case AQ_STEPS:
      let top = unsafe arguments.top
      let steps = min(max(number.rounded(.toNearestOrEven), -top), top)
      return UInt8(truncatingIfNeeded: Int(steps))
    case AQ_FLOAT8: return SmallFloat.float8e4m3.pattern(number) { $0.rounded(.toNearestOrEven) }
    case AQ_MAP_16:
      let count = (1..<16).reduce(0) {
        unsafe $0 + (arguments.thresholds[$1] <= number ? 1 : 0)
      }
      return UInt8(count)
    default: return UInt8(CodeThresholds.code(number, map))
    }
  }

  private static func code(
    _ root: Float, _ inverse: Float, _ arguments: aq_encode_args, _ random: UInt32
  ) -> UInt8 {
    switch unsafe Int(arguments.rule) {
    case AQ_ROOT_FLOAT8: RootCodes.float8(root, inverse, random)
    case AQ_ROOT_UFLOAT8: RootCodes.unsignedFloat8(root, inverse, random)
    default: RootCodes.sixteenths(root, inverse, random)
    }
  }
}

/// Which kernel encodes values: what encoders run and plans report.
enum EncodingChoice: Sendable {
  /// Values times a reciprocal, in `Float`, become whole numbers: the usual cases have kernels that do nothing else.
  case nearest(Kernel<QuantizeRows>)
  case dither(Kernel<DitherRows>)
  case any(Kernel<QuantizeAnyRows>)

  init(_ encoding: Encoding, _ rounding: Rounding, _ execution: Execution) {
    let isPlain = encoding.multiplies && encoding.arithmetic == .float32
    self =
      switch rounding {
      case .nearestEven where isPlain: .nearest(QuantizeKernels.quantize.best(on: execution))
      case .stochastic where isPlain: .dither(QuantizeKernels.dither.best(on: execution))
      default: .any(QuantizeKernels.quantizeAny.best(on: execution))
      }
  }

  /// - Returns: `nil` where values of this type cannot be quantized so.
  init?(
    _ type: QuantizedType, _ options: QuantizationOptions, _ element: ElementType,
    _ execution: Execution
  ) {
    // Types whose scales are codes are encoded as those whose scales are numbers, by their own rule.
    var chosen = options
    chosen.rule = options.rule ?? type.rule
    guard let chooser = try? ParameterChooser(type.flat, chosen, element) else { return nil }
    self.init(Encoding(chooser), options.rounding, execution)
  }

  /// The kernel's row.
  var row: KernelRow {
    switch self {
    case .nearest(let kernel): kernel.row
    case .dither(let kernel): kernel.row
    case .any(let kernel): kernel.row
    }
  }

  /// The kernels of its family, fastest first.
  var candidates: [KernelRow] {
    switch self {
    case .nearest: QuantizeKernels.quantize.rows
    case .dither: QuantizeKernels.dither.rows
    case .any: QuantizeKernels.quantizeAny.rows
    }
  }
}

internal import AffineKernels

/// How values become codes, apart from the parameters of their block: the definition.
struct Encoding {
  /// What codes stand for.
  enum Kind {
    case whole
    case float(SmallFloat)
    /// Ascending.
    case table([Float])
  }

  let kind: Kind
  /// What operations round to: the input's type where the rule does so and the scale has it too, else
  /// `Float`.
  let arithmetic: ElementType
  /// Whether values are multiplied by the reciprocal of their scale instead of divided by it.
  let multiplies: Bool
  /// Of whole numbers.
  let low, high: Float

  /// The number of a value that is rounded to a code.
  func number(_ value: Float, _ terms: EncodingTerms) -> Float {
    let difference = arithmetic.round(value - terms.shift)
    return arithmetic.round(multiplies ? difference * terms.factor : difference / terms.factor)
  }

  /// The code of a number, of small floats and tables its bit pattern.
  ///
  /// The sum with the zero point is not rounded to ``arithmetic``, which holds all that is not clamped.
  func code(_ number: Float, zeroPoint: Float, _ round: (Float) -> Float) -> Int {
    switch kind {
    case .whole:
      let code = round(number) + zeroPoint
      // The first code also for what is no number, as with parameters that are not usable.
      return code > low ? Int(min(code, high)) : Int(low)
    case .float(let format): return Int(format.pattern(number, round))
    case .table(let entries): return NearestEntry.index(of: number, in: entries, round)
    }
  }
}

/// What encodes the values of one block: `(value − shift) / factor`, or times `factor`, then rounded, then
/// `+ zero point`.
struct EncodingTerms {
  var shift: Float = 0
  let factor: Float
  var zeroPoint: Float = 0
}

extension Encoding {
  init(_ chooser: ParameterChooser) {
    let (type, rule) = (chooser.type, chooser.rule)
    kind =
      switch (type.mapping.kind, type.storage) {
      case (.codebook(let map), _): .table(map.values)
      case (_, .float(let format)): .float(format)
      default: .whole
      }
    multiplies = type.isAffineInteger && type.mapping.kind != .biased
    let sameType = type.mapping.scale.rawValue == chooser.element.rawValue
    let rounds = rule.roundsOperations && sameType && (multiplies || rule == .tinygemm)
    arithmetic = rounds ? chooser.element : .float32
    (low, high) = (chooser.low, chooser.high)
  }

  /// The encoding that a kernel is asked for.
  init(c arguments: aq_quantize_any_args) {
    kind =
      switch unsafe Int(arguments.kind) {
      case AQ_TABLE_CODES:
        .table(
          unsafe [Float](
            UnsafeBufferPointer(start: arguments.table, count: Int(arguments.last) + 1)))
      case AQ_FLOAT_CODES:
        .float(
          unsafe SmallFloat(
            bits: Int(arguments.bits), mantissaBits: Int(arguments.mantissa_bits)))
      default: .whole
      }
    arithmetic =
      switch unsafe Int(arguments.arithmetic) {
      case AQ_IN_F16: .float16
      case AQ_IN_BF16: .bfloat16
      default: .float32
      }
    multiplies = unsafe arguments.multiplies
    (low, high) = unsafe (arguments.low, arguments.high)
  }
}

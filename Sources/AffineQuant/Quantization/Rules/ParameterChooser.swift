/// Chooses the parameters of blocks.
struct ParameterChooser {
  let type: QuantizedType
  let rule: ParameterRule
  /// The type of the values.
  let element: ElementType
  let smallestScale: Float
  let low, high: Float
  /// The codes that values may have.
  private let codes: ClosedRange<Int>

  /// - Throws: What makes the rule impossible for the type.
  init(
    _ type: QuantizedType, _ options: QuantizationOptions, _ element: ElementType
  ) throws(QuantizationError) {
    let codes = options.codes ?? type.storage.codes
    let limits = type.storage.codes
    guard codes.lowerBound >= limits.lowerBound, codes.upperBound <= limits.upperBound,
      codes.lowerBound < codes.upperBound
    else { throw .invalidCodes(codes, storage: type.storage.name) }
    self.type = type
    self.element = element
    self.codes = codes
    rule = options.rule ?? type.rule
    let smallest = options.epsilon.smallestScale(for: rule, type.mapping.scale, element)
    guard smallest > 0, smallest.isFinite else { throw .invalidEpsilon(smallest) }
    smallestScale =
      rule.roundsOperations ? smallest : max(smallest, type.mapping.scale.smallestInvertible)
    // As many below zero as above: rounding at random must not pass the end that is not used.
    let isBalanced = rule == .balanced && options.codes == nil && type.storage.isSigned
    (low, high) = (
      Float(isBalanced ? -codes.upperBound : codes.lowerBound), Float(codes.upperBound)
    )
    guard isPossible else { throw .unsupported(rule: rule, type: type.name) }
  }

  private var isPossible: Bool {
    let isSigned = type.storage.isInteger && low < 0 && high > 0
    return switch (type.mapping.kind, rule) {
    case (_, .largest): type.rule == .largest
    case (.symmetric, .mlxFloat): !type.storage.isInteger
    case (.symmetric, .balanced), (.symmetric, .meanMagnitude): isSigned
    case (.symmetric, .extreme): isSigned && type.mapping.scale != .e8m0
    case (.asymmetric, .ends), (.biased, .ends): true
    case (.symmetric, .symmetric): type.storage.isInteger
    case (.symmetric, .symmetricNoClipping): isSigned
    case (.symmetric, .symmetricHalfStep): type.storage.isInteger && high > 0
    case (.asymmetric, .asymmetric), (.asymmetric, .symmetricMidpoint): true
    case (.biased, .tinygemm): true
    case (.biased, .mlx): low == 0
    default: false
    }
  }

  /// Whether a block goes below zero and the type holds no negative value.
  func rejectsNegative(_ minimum: Float) -> Bool {
    guard minimum < 0, case .codebook(let map) = type.mapping.kind else { return false }
    return map.values[0] >= 0
  }

  /// The parameters of a block with this range; ``accepts(_:)`` tells whether they are usable.
  ///
  /// - Precondition: The rule asks for no more than the range.
  func parameters(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    switch rule {
    case .balanced: balanced(minimum, maximum)
    case .extreme: extreme(minimum, maximum)
    case .ends: ends(minimum, maximum)
    case .meanMagnitude: preconditionFailure("a mean of \(minimum)…\(maximum)")
    case .largest: largest(minimum, maximum)
    case .symmetric: symmetric(minimum, maximum)
    case .symmetricNoClipping: noClipping(minimum, maximum)
    case .symmetricHalfStep: halfStep(minimum, maximum)
    case .symmetricMidpoint: midpoint(minimum, maximum)
    case .asymmetric: asymmetric(minimum, maximum)
    case .tinygemm: tinygemm(minimum, maximum)
    case .mlx: mlx(minimum, maximum)
    case .mlxFloat: largest(minimum, maximum)
    }
  }

  /// Whether a block's values can be encoded, and whatever code there is decodes to a finite value.
  func accepts(_ block: BlockParameters) -> Bool {
    block.isUsable && (type.mapping.kind == .biased || inverse(block.scale).isFinite)
      && type.decodesFinite(codes, scale: block.scale, zeroPoint: block.zeroPoint, bias: block.bias)
  }

  /// What values are multiplied by to be counted in steps.
  func inverse(_ scale: Float) -> Float {
    rule.roundsOperations ? type.mapping.scale.round(1 / scale) : 1 / scale
  }

  /// torchao counts tinygemm codes from 0 and takes their middle away; signed storage holds them
  /// so, unsigned storage keeps the count and the bias is the minimum.
  var tinygemmMiddle: Float { type.storage.isSigned ? -low : 0 }
}

extension QuantizedType {
  /// Whether these codes of a block with such parameters stand for finite values.
  func decodesFinite(
    _ codes: ClosedRange<Int>, scale: Float, zeroPoint: Int16, bias: Float
  ) -> Bool {
    let (first, last): (Float, Float) =
      switch (mapping.kind, storage) {
      case (.codebook(let map), _): (map.values[0], map.values[map.values.count - 1])
      case (_, .float(let format)): (-format.largest, format.largest)
      default: (Float(codes.lowerBound - Int(zeroPoint)), Float(codes.upperBound - Int(zeroPoint)))
      }
    // What codes between stand for lies between, as products and as sums.
    let (start, end) = (first * scale, last * scale)
    return start.isFinite && end.isFinite && (start + bias).isFinite && (end + bias).isFinite
  }
}

/// Chooses the parameters of blocks from their ranges.
struct ParameterChooser {
  let type: QuantizedType
  let rule: ParameterRule
  let element: ElementType
  let smallestScale: Float
  let low, high: Float

  /// - Throws: What makes the rule impossible for the type.
  init(
    _ type: QuantizedType, _ options: QuantizationOptions, _ element: ElementType
  ) throws(QuantizationError) {
    let codes = options.codes ?? type.storage.codes
    let limits = type.storage.codes
    guard codes.lowerBound >= limits.lowerBound, codes.upperBound <= limits.upperBound,
      codes.lowerBound < codes.upperBound
    else { throw .invalidCodes(codes, storage: type.storage.name) }
    smallestScale = options.epsilon.smallestScale(for: element)
    guard smallestScale > 0, smallestScale.isFinite else { throw .invalidEpsilon(smallestScale) }
    self.type = type
    self.element = element
    rule = options.rule ?? type.rule
    (low, high) = (Float(codes.lowerBound), Float(codes.upperBound))
    guard isPossible else { throw .unsupported(rule: rule, type: type.name) }
  }

  private var isPossible: Bool {
    switch (type.mapping.kind, rule) {
    case (_, .largest): type.rule == .largest
    case (.symmetric, .symmetric): type.storage.isInteger
    case (.symmetric, .symmetricNoClipping): type.storage.isInteger && low < 0 && high > 0
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

  /// The parameters of a block with this range.
  func parameters(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    switch rule {
    case .symmetric: symmetric(minimum, maximum)
    case .symmetricNoClipping: noClipping(minimum, maximum)
    case .symmetricHalfStep: halfStep(minimum, maximum)
    case .symmetricMidpoint: midpoint(minimum, maximum)
    case .asymmetric: asymmetric(minimum, maximum)
    case .tinygemm: tinygemm(minimum, maximum)
    case .mlx: mlx(minimum, maximum)
    case .largest: largest(minimum, maximum)
    }
  }

  private func stored(_ scale: Float) -> BlockParameters {
    let scale = type.mapping.scale.roundInvertible(max(scale, smallestScale))
    return BlockParameters(scale: scale, encodingScale: scale)
  }

  private func symmetric(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    stored(element.round(max(-minimum, maximum, 0) / ((high - low) / 2)))
  }

  private func noClipping(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let below = element.round(min(minimum, 0) / low)
    let above = element.round(max(maximum, 0) / high)
    return stored(max(below, above))
  }

  private func halfStep(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    stored(element.round(max(-minimum, maximum, 0) / (high + 0.5)))
  }

  private func midpoint(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    var block = symmetric(minimum, maximum)
    // Truncation towards zero, as Python's int().
    block.zeroPoint = Int16((high + low + 1) / 2)
    return block
  }

  private func asymmetric(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let (minimum, maximum) = (min(minimum, 0), max(maximum, 0))
    let width = element.round(maximum - minimum)
    let scale = max(element.round(width / (high - low)), smallestScale)
    // The zero point follows from the scale before it is rounded to its own type.
    let steps = element.round(minimum / scale).rounded(.toNearestOrEven)
    let zeroPoint = min(max(element.round(low - steps), low), high)
    var block = stored(scale)
    block.zeroPoint = Int16(zeroPoint)
    return block
  }

  private func tinygemm(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let width = element.round(maximum - minimum)
    let scale = max(element.round(width / (high - low)), smallestScale)
    let bias = element.round(minimum + element.round(scale * tinygemmMiddle))
    var block = stored(scale)
    block.bias = type.mapping.scale.round(bias)
    block.encodingBias = block.bias
    return block
  }

  /// torchao counts tinygemm codes from 0 and takes their middle away; signed storage holds them
  /// so, unsigned storage keeps the count and the bias is the minimum.
  var tinygemmMiddle: Float { type.storage.isSigned ? -low : 0 }

  private func mlx(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    var scale = max((maximum - minimum) / high, 1e-7)
    let edge = minimum.magnitude > maximum.magnitude ? minimum : maximum
    if minimum.magnitude <= maximum.magnitude { scale = -scale }
    let steps = (edge / scale).rounded(.toNearestOrEven)
    var bias: Float = 0
    if steps != 0 { (scale, bias) = (edge / steps, edge) }
    let format = type.mapping.scale
    return BlockParameters(
      scale: format.round(scale), bias: format.round(bias), encodingScale: scale,
      encodingBias: bias)
  }

  private var hasZero: Bool {
    guard case .codebook(let map) = type.mapping.kind else { return true }
    return map.values.contains(0)
  }

  private func largest(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let magnitude = max(-minimum, maximum)
    let largest: Float = if case .float(let format) = type.storage { format.largest } else { 1 }
    let quotient = element.round(magnitude / largest)
    // Any scale serves a block of zeros; MLX has 1. There is no smallest scale in this rule. A map
    // without zero comes near it with the smallest scale there is.
    let scale = type.mapping.scale.roundInvertible(quotient == 0 && hasZero ? 1 : quotient)
    return BlockParameters(scale: scale, encodingScale: scale)
  }
}

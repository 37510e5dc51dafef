// The library's own rules: in Float, and with codes that are a fixed point.

extension ParameterChooser {
  func balanced(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    // M / (M / n) rounds to n, and n is odd: halving a power of two again never is right.
    scaled(max(-minimum, maximum, 0), toCode: min(-low, high))
  }

  /// Two cases, so that both find themselves again: after the first m is at most high · scale, after the
  /// second it is M.
  func extreme(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let (most, least) = (max(-minimum, maximum, 0), min(max(-minimum, 0), max(maximum, 0)))
    let even = balanced(minimum, maximum)
    // A scale of few bits may leave the other side short of the last code: then it is not M again.
    let reachesEnd = (least * (1 / even.scale)).rounded(.toNearestOrEven) >= high
    guard -low > high, !reachesEnd || least < most * (high / -low + 1 / (2 * high)) else {
      return even
    }
    var block = scaled(most, toCode: -low)
    if maximum > -minimum {
      block.scale.negate()
      block.encodingScale.negate()
    }
    return block
  }

  /// A scale with which a magnitude is a code.
  private func scaled(_ magnitude: Float, toCode code: Float) -> BlockParameters {
    let scale = type.mapping.scale.round(
      max(magnitude / code, smallestScale), width: magnitude, steps: code + 0.5)
    return BlockParameters(scale: scale, encodingScale: scale)
  }

  /// A range whose ends do not become the first and the last code, since a scale of few bits or a tie in
  /// rounding cuts a step off, is not found again: then what it became is the range.
  func ends(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let isBiased = type.mapping.kind == .biased
    let (minimum, maximum) = isBiased ? (minimum, maximum) : (min(minimum, 0), max(maximum, 0))
    if !isBiased, let block = reaching(minimum, maximum) { return block }
    var block = spanning(minimum, maximum)
    // A tie needs a scale that is hardly smaller; one of few bits a step less, or half of a power of two.
    for turn in 0..<4 where block.isUsable {
      let (first, last) = (code(minimum, block), code(maximum, block))
      if first == low, last == high { break }
      let isTie = turn == 0 && type.mapping.scale == .float32
      let next =
        isTie
        ? spanning(minimum, maximum, part: 1 - 0x1p-20)
        : spanning(value(first, block), value(last, block))
      if next == block { break }
      block = next
    }
    return block
  }

  /// A scale of 16 bits and a zero point with which both ends become the ends of the codes: to nearest, or
  /// down, where at most a step is cut off from both together. `nil` where scales lie further apart.
  private func reaching(_ minimum: Float, _ maximum: Float) -> BlockParameters? {
    let (width, steps) = (maximum - minimum, high - low)
    guard let element = ElementType(rawValue: type.mapping.scale.rawValue), element != .float32,
      steps * element.machineEpsilon <= 1,
      width / steps >= max(element.smallestNormal, smallestScale)
    else { return nil }
    // Where both ends lie in the middle of two codes, a scale that is exact makes neither a code.
    let less = type.mapping.scale.roundDown(width / steps * (1 - 0x1p-20))
    for scale in [element.round(width / steps), less] where scale.isFinite {
      var block = BlockParameters(scale: scale, encodingScale: scale)
      // What lies beyond the codes is shared between the ends.
      let below = ((steps - (minimum + maximum) / scale) / 2).rounded(.toNearestOrEven)
      block.zeroPoint = Int16(min(max(low + below, low), high))
      if code(minimum, block) == low, code(maximum, block) == high { return block }
    }
    return nil
  }

  private func spanning(
    _ minimum: Float, _ maximum: Float, part: Float = 1
  ) -> BlockParameters {
    let (format, width, steps) = (type.mapping.scale, maximum - minimum, (high - low) / part)
    guard type.mapping.kind == .biased else {
      let scale = format.roundUp(max(width / steps, smallestScale))
      // Counted as the encoder counts, so that the smallest value surely is the first code.
      let zeroPoint = low - (minimum * (1 / scale)).rounded(.toNearestOrEven)
      var block = BlockParameters(scale: scale, encodingScale: scale)
      if scale.isFinite { block.zeroPoint = Int16(min(max(zeroPoint, low), high)) }
      return block
    }
    var scale = format.roundUp(max(width / steps, smallestScale))
    let exact = minimum - low * scale
    var bias = format.round(exact)
    // A bias of few bits may be steps away: then below, so that no value lies below the first code, and the
    // scale reaches from it to the largest.
    let isCoarse = (bias - exact).magnitude > scale / 2
    if isCoarse { bias = format.roundDown(exact) }
    if bias != exact, isCoarse || low == 0, high > 0 {
      scale = max(scale, format.roundUp((maximum - bias) / (high / part)))
    }
    return BlockParameters(scale: scale, bias: bias, encodingScale: scale, encodingBias: bias)
  }

  /// The code of an end of a range.
  private func code(_ value: Float, _ block: BlockParameters) -> Float {
    let steps =
      type.mapping.kind == .biased
      ? ((value - block.bias) / block.scale).rounded(.toNearestOrEven)
      : (value * (1 / block.scale)).rounded(.toNearestOrEven) + Float(block.zeroPoint)
    return min(max(steps, low), high)
  }

  private func value(_ code: Float, _ block: BlockParameters) -> Float {
    (code - Float(block.zeroPoint)) * block.scale + block.bias
  }

  /// The parameters of a block by its magnitudes.
  func parameters(_ magnitudes: BlockMagnitudes) -> BlockParameters {
    // A block that holds one magnitude keeps it; its mean with zeros would shrink from turn to turn.
    let isTernary = magnitudes.smallest == magnitudes.largest
    let exact = isTernary ? magnitudes.largest : magnitudes.mean
    let scale = type.mapping.scale.round(max(exact, smallestScale))
    return BlockParameters(scale: scale, encodingScale: scale)
  }

  private var hasZero: Bool {
    guard case .codebook(let map) = type.mapping.kind else { return true }
    return map.values.contains(0)
  }

  func largest(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let quotient: Float =
      switch (type.mapping.kind, type.storage) {
      case (.codebook(let map), _):
        // The first entry of a map that is not as far from zero as its last has values of its own.
        max(
          max(maximum, 0) / map.values[map.values.count - 1],
          map.values[0] < 0 ? min(minimum, 0) / map.values[0] : 0)
      case (_, .float(let format)):
        rule == .mlxFloat
          ? element.round(max(-minimum, maximum) / format.largest)
          : max(-minimum, maximum) / format.largest
      default: preconditionFailure("\(type.name) has no table of values")
      }
    // Any scale serves a block of zeros; MLX has 1. There is no smallest scale in this rule. A map
    // without zero comes near it with the smallest scale there is.
    let scale = type.mapping.scale.roundInvertible(quotient == 0 && hasZero ? 1 : quotient)
    return BlockParameters(scale: scale, encodingScale: scale)
  }
}

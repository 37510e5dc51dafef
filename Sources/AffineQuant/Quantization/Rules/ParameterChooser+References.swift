// The formulas of torchao, Google AQT and MLX, operation by operation.

extension ParameterChooser {
  private func stored(_ scale: Float) -> BlockParameters {
    let scale = type.mapping.scale.roundInvertible(max(scale, smallestScale))
    return BlockParameters(scale: scale, encodingScale: scale)
  }

  func symmetric(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    stored(element.round(max(-minimum, maximum, 0) / ((high - low) / 2)))
  }

  func noClipping(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let below = element.round(min(minimum, 0) / low)
    let above = element.round(max(maximum, 0) / high)
    return stored(max(below, above))
  }

  func halfStep(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    stored(element.round(max(-minimum, maximum, 0) / (high + 0.5)))
  }

  func midpoint(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    var block = symmetric(minimum, maximum)
    // Truncation towards zero, as Python's int().
    block.zeroPoint = Int16((high + low + 1) / 2)
    return block
  }

  func asymmetric(_ minimum: Float, _ maximum: Float) -> BlockParameters {
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

  func tinygemm(_ minimum: Float, _ maximum: Float) -> BlockParameters {
    let width = element.round(maximum - minimum)
    let scale = max(element.round(width / (high - low)), smallestScale)
    let bias = element.round(minimum + element.round(scale * tinygemmMiddle))
    var block = stored(scale)
    block.bias = type.mapping.scale.round(bias)
    block.encodingBias = block.bias
    return block
  }

  func mlx(_ minimum: Float, _ maximum: Float) -> BlockParameters {
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
}

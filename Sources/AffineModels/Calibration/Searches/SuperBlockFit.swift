internal import AffineQuant

/// The scales of a super-block as codes: those that leave its values the least error.
struct SuperBlockFit: Sendable {
  private let scales, biases: [Int]
  private let scale, bias: Float

  /// Super-scales that are tried, in parts of that which gives the largest scale the largest code.
  private static let parts: [Float] = [1, 0.97, 1.03, 0.94, 1.06]

  func codes(_ number: BlockNumber) -> [Int] { number == .scales ? scales : biases }
  func superScale(_ number: BlockNumber) -> Float { number == .scales ? scale : bias }

  init(_ blocks: [WeightedValues], _ fit: BlockFit) {
    let lines = blocks.map(fit.line)
    let limits = fit.type.mapping.codes?.storage.codes ?? 0...0
    let format = fit.type.mapping.scale, top = Float(limits.upperBound)
    let largest = lines.reduce(Float(0)) { max($0, $1.scale.magnitude) }
    let lowest = lines.reduce(Float(0)) { min($0, $1.bias) }
    let biasScale = format.round(lowest / top)
    // What no scale holds leaves one that is none, which the matrix refuses.
    let none = [(scale: Int, bias: Int)](repeating: (0, 0), count: blocks.count)
    var best = (error: Float.infinity, scale: Float.infinity, codes: none)
    for part in Self.parts {
      let scale = format.round(largest * part / top)
      guard scale.isFinite else { continue }
      var (error, codes): (Float, [(scale: Int, bias: Int)]) = (0, [])
      for (block, line) in zip(blocks, lines) {
        let found = Self.codes(block, line, scale, biasScale, limits, fit)
        error += found.error
        codes.append((found.scale, found.bias))
      }
      if error < best.error { best = (error, scale, codes) }
    }
    (scale, bias) = (best.scale, biasScale)
    scales = best.codes.map(\.scale)
    biases = best.codes.map(\.bias)
  }

  /// The codes around a line that leave the least error.
  private static func codes(
    _ block: WeightedValues, _ line: BlockFit.Line, _ scale: Float, _ biasScale: Float,
    _ limits: ClosedRange<Int>, _ fit: BlockFit
  ) -> (scale: Int, bias: Int, error: Float) {
    func nearest(_ number: Float, _ unit: Float) -> Int {
      let steps = unit == 0 ? 0 : (number / unit).rounded(.toNearestOrEven)
      return Int(min(max(steps, Float(limits.lowerBound)), Float(limits.upperBound)))
    }
    let middle = nearest(line.scale, scale)
    var best = (scale: 0, bias: 0, error: Float.infinity)
    for code in max(middle - 1, limits.lowerBound)...min(middle + 1, limits.upperBound) {
      let step = Float(code) * scale
      var bias = fit.isBiased ? nearest(line.bias, biasScale) : 0
      for _ in 0..<3 {
        let (error, next) = fit.bias(block, step, Float(bias) * biasScale)
        if error < best.error { best = (code, bias, error) }
        let moved = fit.isBiased ? nearest(next, biasScale) : 0
        if moved == bias { break }
        bias = moved
      }
    }
    return best
  }
}

extension BlockFit {
  /// The error, and the bias that codes want where the scale stays.
  fileprivate func bias(
    _ block: WeightedValues, _ scale: Float, _ bias: Float
  ) -> (error: Float, bias: Float) {
    let (values, weights) = (block.values.span, block.weights.span)
    let inverse = scale == 0 ? 0 : 1 / scale
    var (sum, rest, error): (Float, Float, Float) = (0, 0, 0)
    for index in values.indices {
      let (value, weight) = (values[index], weights[index])
      let steps = ((value - bias) * inverse).rounded(.toNearestOrEven)
      let product = min(max(steps, low), high) * scale, distance = value - (product + bias)
      error += weight * distance * distance
      sum += weight
      rest += weight * (value - product)
    }
    return (error, sum > 0 ? rest / sum : 0)
  }
}

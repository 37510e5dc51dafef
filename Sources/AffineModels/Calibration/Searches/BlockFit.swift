internal import AffineQuant

/// Values of a block, and what the square of each one's error counts.
struct WeightedValues {
  let values: [Float]
  let weights: [Float]
}

/// Which of the two numbers of a block.
enum BlockNumber { case scales, biases }

/// Fits the scale, and the bias, of one block to its values.
struct BlockFit {
  let type: QuantizedType
  let low, high: Float
  let isBiased: Bool

  private static let parts: [Float] = [1, 0.95, 0.9, 0.84, 0.77, 0.7]
  private static let rounds = 4

  init(_ type: QuantizedType) {
    self.type = type
    (low, high) = (Float(type.storage.codes.lowerBound), Float(type.storage.codes.upperBound))
    isBiased = type.mapping.kind == .biased
  }

  /// Scale, bias and the error that they leave.
  typealias Line = (scale: Float, bias: Float, error: Float)

  /// The error of values with a scale and a bias, and what a line through their codes has instead.
  @inline(__always)
  func round(_ block: WeightedValues, _ scale: Float, _ bias: Float) -> (error: Float, next: Line) {
    let (values, weights) = (block.values.span, block.weights.span)
    let inverse = scale == 0 ? 0 : 1 / scale
    // Sums of weights times 1, code, code², value, value · code.
    var (w, q, qq, x, xq, error): (Float, Float, Float, Float, Float, Float) = (0, 0, 0, 0, 0, 0)
    for index in values.indices {
      let (value, weight) = (values[index], weights[index])
      let steps = ((value - bias) * inverse).rounded(.toNearestOrEven)
      let code = min(max(steps, low), high), distance = value - (code * scale + bias)
      error += weight * distance * distance
      w += weight
      q += weight * code
      qq += weight * code * code
      x += weight * value
      xq += weight * value * code
    }
    guard isBiased else { return (error, (qq > 0 ? xq / qq : 0, 0, 0)) }
    let determinant = qq * w - q * q
    var line: Line = (0, 0, 0)
    if determinant > 0 {
      line = ((xq * w - q * x) / determinant, (qq * x - q * xq) / determinant, 0)
    }
    // Codes of biases have one sign, as ranges with zero do.
    if line.bias > 0 || determinant <= 0 { line = (qq > 0 ? xq / qq : 0, 0, 0) }
    return (error, line)
  }

  /// The best of all starts.
  func line(_ block: WeightedValues) -> Line {
    var best: Line = (0, 0, .infinity)
    for start in starts(block) {
      var line = start
      for _ in 0..<Self.rounds {
        let (error, next) = round(block, line.scale, line.bias)
        if error < best.error { best = (line.scale, line.bias, error) }
        if next.scale == line.scale, next.bias == line.bias { break }
        line = next
      }
    }
    return best
  }

  private func starts(_ block: WeightedValues) -> [Line] {
    let least = min(block.values.min() ?? 0, 0), most = max(block.values.max() ?? 0, 0)
    guard isBiased else {
      // Both signs, since one has a code more than the other.
      let largest = max(-least, most)
      return Self.parts.flatMap { part in
        [
          (largest * part / low, 0, 0), (-largest * part / low, 0, 0),
          (largest * part / high, 0, 0),
        ]
      }
    }
    let width = most - least
    return Self.parts.flatMap { part -> [Line] in
      let scale = width * part / high
      // What is cut off is cut off at both ends, or where it is positive.
      return [(scale, least + (1 - part) / 2 * width, 0), (scale, least, 0)].map {
        ($0.0, min($0.1, 0), 0)
      }
    }
  }
}

internal import AffineQuant

/// A block of values on its way through ``HQQ``.
struct HalfQuadraticBlock: Sendable {
  /// Of the range; `nil` where all values are the same, and exact, or there is no scale.
  private let scale: Float?
  private var bias: Float
  /// The best parameters so far, and Σ |d| under them: infinite where they are not usable.
  private var kept: BlockParameters
  private var least: Double
  /// Σ |d| before the bias moved last.
  private(set) var error: Double

  /// Starts with the range, and keeps the parameters of rounding to nearest.
  init(_ values: borrowing Span<Float>, _ quantizer: BlockQuantizer) {
    let codes = quantizer.type.storage.codes
    var (minimum, maximum) = (Float.infinity, -Float.infinity)
    for index in values.indices {
      minimum = min(minimum, values[index])
      maximum = max(maximum, values[index])
    }
    let scale = (maximum - minimum) / Float(codes.count - 1)
    self.scale = scale.isFinite && (1 / scale).isFinite ? scale : nil
    bias = minimum - scale * Float(codes.lowerBound)
    kept = quantizer.parameters(of: values)
    least = Self.error(values, kept, quantizer)
    error = least
  }

  /// The parameters of the last bias.
  func current(_ quantizer: BlockQuantizer) -> BlockParameters {
    scale.map { quantizer.parameters(scale: $0, bias: bias) } ?? kept
  }

  /// The best parameters, those of the last bias among them.
  func best(_ values: borrowing Span<Float>, _ quantizer: BlockQuantizer) -> BlockParameters {
    let current = current(quantizer)
    return Self.error(values, current, quantizer) < least ? current : kept
  }

  /// The block with the next bias.
  func moved(
    _ values: borrowing Span<Float>, _ quantizer: BlockQuantizer, norm: Double, beta: Double
  ) -> HalfQuadraticBlock {
    guard let scale else { return self }
    var next = self
    let parameters = quantizer.parameters(scale: scale, bias: bias)
    guard parameters.isUsable else { return self }
    // Below this |d| ≤ |d|^(p − 1) / β, and nothing is set aside.
    let smallest = FloatFunctions.power(beta, 1 / (norm - 2))
    var sum = 0.0
    next.error = 0
    for index in values.indices {
      let code = quantizer.code(values[index], parameters)
      let value = Double(values[index])
      let distance = value - Double(quantizer.value(code, parameters))
      var aside = 0.0
      if distance.magnitude > smallest {
        let shrunk =
          distance.magnitude - FloatFunctions.power(distance.magnitude, norm - 1) / beta
        aside = distance < 0 ? -max(shrunk, 0) : max(shrunk, 0)
      }
      sum += value - aside - Double(parameters.scale) * Double(code)
      next.error += distance.magnitude
    }
    if next.error < next.least { (next.least, next.kept) = (next.error, parameters) }
    next.bias = Float(sum / Double(values.count))
    return next
  }

  /// Σ |d|; infinite with parameters that are not usable.
  private static func error(
    _ values: borrowing Span<Float>, _ parameters: BlockParameters, _ quantizer: BlockQuantizer
  ) -> Double {
    guard parameters.isUsable else { return .infinity }
    var sum = 0.0
    for index in values.indices {
      let code = quantizer.code(values[index], parameters)
      sum += Double((values[index] - quantizer.value(code, parameters)).magnitude)
    }
    return sum
  }
}

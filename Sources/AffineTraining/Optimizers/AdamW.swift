internal import AffineLayers
public import AffineQuant

/// AdamW with its moments in any format.
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (arXiv 1711.05101).
public struct AdamW: Sendable {
  /// In the unit of the parameter: a step moves a value by this, times its first moment over the root of the second.
  public var learningRate: Float = 1e-3
  /// What the first moment keeps of itself.
  public var beta1: Float = 0.9
  /// What the second moment keeps of itself.
  public var beta2: Float = 0.999
  /// What is added to the root of the second moment.
  public var epsilon: Float = 1e-8
  /// The part of a parameter that a step takes away, times the learning rate.
  public var weightDecay: Float = 1e-2
  /// Whether a step is divided by the root mean square of the update where that is above one:
  /// StableAdamW (Wortsman et al., arXiv 2304.13013), in the place of clipping gradients.
  public var clipsUpdate = false
  /// Steps taken.
  public internal(set) var step = 0
  /// The root mean square of the gradient over the root of the second moment, of the last step; only
  /// where updates are clipped.
  public private(set) var updateMagnitude: Float = 0
  package internal(set) var moments: Moments

  /// Moments of zero for parameters of a shape.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns of the parameters.
  ///   - format: What both moments are kept in.
  /// - Throws: ``AffineQuant/QuantizationError``: a group of fewer than one, a shape that no matrix has.
  public init(
    shape: Shape, moments format: MomentFormat = .float32
  ) throws(QuantizationError) {
    moments = try Moments(
      shape, first: try format.layout(isSecond: false), second: try format.layout(isSecond: true))
  }

  /// Bytes that both moments take.
  public var stateBytes: Int { moments.byteCount }

  /// The parameters moved against a gradient of the same shape.
  ///
  /// - Parameters:
  ///   - parameters: What moves.
  ///   - gradient: What they move against, of their shape.
  ///   - seed: Of what rounds at random: moments in bfloat16, second moments in codes.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The new parameters, of the same shape.
  /// - Throws: ``AffineQuant/QuantizationError``: shapes that differ; a moment that is not finite and
  ///   not float32. Nothing has changed then.
  /// - Complexity: As ``move(_:gradient:rounding:on:)``, and a copy of parameters and moments.
  public mutating func update(
    _ parameters: Matrix<Float>, gradient: Matrix<Float>, rounding seed: UInt64 = 0,
    on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    var (optimizer, moved) = (self, parameters)
    try optimizer.move(&moved, gradient: gradient, rounding: seed, on: execution)
    self = optimizer
    return moved
  }

  /// Moves parameters against a gradient of the same shape, in their own memory unless it is shared.
  ///
  /// - Parameters:
  ///   - parameters: What moves.
  ///   - gradient: What they move against.
  ///   - seed: Of what rounds at random: moments in bfloat16, second moments in codes. A step changes it,
  ///     so one serves all steps.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``AffineQuant/QuantizationError``: shapes that differ, before anything changes; a moment
  ///   that is not finite and not float32, when the rows or groups where it is have moved.
  ///   ``update(_:gradient:rounding:on:)`` changes all or nothing.
  /// - Complexity: O(rows · columns); no memory is allocated for parameters or moments.
  public mutating func move(
    _ parameters: inout Matrix<Float>, gradient: Matrix<Float>, rounding seed: UInt64 = 0,
    on execution: Execution = .standard
  ) throws(QuantizationError) {
    guard parameters.shape == gradient.shape, parameters.shape == moments.shape else {
      throw .shape(
        .wrongCount(
          of: "gradients", expected: moments.shape.count, found: gradient.shape.count))
    }
    let (power1, power2) = (Self.power(beta1, step + 1), Self.power(beta2, step + 1))
    var rate = learningRate
    if clipsUpdate {
      updateMagnitude = moments.updateMagnitude(
        gradient, keep: beta2, power: power2, epsilon: epsilon, execution)
      rate /= max(updateMagnitude, 1)
    }
    let next = AdamWStep(
      beta1: beta1, power1: power1, beta2: beta2, power2: power2, epsilon: epsilon,
      learningRate: rate, weightDecay: weightDecay)
    try moments.move(
      &parameters, gradient: gradient, .adamW(next),
      seed: seed, step: step, execution)
    step += 1
  }

  private static func power(_ base: Float, _ exponent: Int) -> Float {
    var (power, square, rest) = (1.0, Double(base), exponent)
    while rest > 0 {
      if rest % 2 == 1 { power *= square }
      (square, rest) = (square * square, rest / 2)
    }
    return Float(power)
  }
}

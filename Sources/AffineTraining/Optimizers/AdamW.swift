public import AffineQuant

/// AdamW with both moments in float32 or in 8-bit blocks.
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (arXiv 1711.05101); 8-bit
/// states: Dettmers et al., "8-bit Optimizers via Block-wise Quantization" (arXiv 2110.02861).
public struct AdamW: Sendable {
  /// How the two moments are kept between steps.
  public enum State: Sendable, Hashable {
    /// Exactly, in 8 bytes a parameter.
    case float32
    /// Entries of the dynamic maps, one scale for so many neighbours of a row.
    case dynamic8(group: Int)
  }

  /// How far a step moves.
  public var learningRate: Float = 1e-3
  /// What the first moment keeps of itself.
  public var beta1: Float = 0.9
  /// What the second moment keeps of itself.
  public var beta2: Float = 0.999
  /// What is added to the root of the second moment.
  public var epsilon: Float = 1e-8
  /// The part of a parameter that a step takes away, times the learning rate.
  public var weightDecay: Float = 1e-2
  /// Steps taken.
  public private(set) var step = 0
  private let shape: Shape
  /// One of the two.
  package private(set) var floats: FloatMoments?, codes: DynamicMoments?

  /// Moments of zero for parameters of a shape.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a group of fewer than one.
  public init(shape: Shape, state: State = .float32) throws(QuantizationError) {
    self.shape = shape
    switch state {
    case .float32: floats = FloatMoments(shape)
    case .dynamic8(let group):
      guard group > 0 else {
        throw .shape(.outOfRange(axis: "group", index: group, extent: shape.columns))
      }
      codes = DynamicMoments(shape, group: group)
    }
  }

  /// Bytes that both moments take.
  public var stateBytes: Int { floats?.byteCount ?? codes?.byteCount ?? 0 }

  /// The parameters moved against a gradient of the same shape.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: shapes that differ; an 8-bit moment that is not
  ///   finite. Nothing has changed then.
  /// - Complexity: As ``move(_:gradient:on:)``, and a copy of the parameters and the 8-bit moments.
  public mutating func update(
    _ parameters: Matrix<Float>, gradient: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    var (optimizer, moved) = (self, parameters)
    try optimizer.move(&moved, gradient: gradient, on: execution)
    self = optimizer
    return moved
  }

  /// Moves parameters against a gradient of the same shape, in their own memory unless it is shared.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: shapes that differ, before anything changes; an 8-bit
  ///   moment that is not finite, when the blocks that are have moved. ``update(_:gradient:on:)``
  ///   changes all or nothing.
  /// - Complexity: O(rows · columns); no memory is allocated for parameters or moments.
  public mutating func move(
    _ parameters: inout Matrix<Float>, gradient: Matrix<Float>,
    on execution: Execution = .standard
  ) throws(QuantizationError) {
    guard parameters.shape == gradient.shape, parameters.shape == shape else {
      throw .shape(.wrongCount(of: "gradients", expected: shape.count, found: gradient.shape.count))
    }
    let next = AdamWStep(
      beta1: beta1, power1: Self.power(beta1, step + 1), beta2: beta2,
      power2: Self.power(beta2, step + 1), epsilon: epsilon, learningRate: learningRate,
      weightDecay: weightDecay)
    floats?.move(&parameters, gradient: gradient, next, execution)
    try codes?.move(&parameters, gradient: gradient, next, execution)
    step += 1
  }

  private static func power(_ base: Float, _ exponent: Int) -> Float {
    (0..<exponent).reduce(Float(1)) { power, _ in power * base }
  }
}

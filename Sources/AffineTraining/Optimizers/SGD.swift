internal import AffineLayers
public import AffineQuant

/// Gradient descent with momentum, and weight decay apart from it.
///
/// `m = momentum · m + g`, then `p = p · (1 − learning rate · weight decay) − learning rate · m`:
/// SGDW without a dampening factor (Loshchilov and Hutter, arXiv 1711.05101).
public struct SGD: Sendable {
  /// What the moment is multiplied with: how far a step moves a value whose moment is 1.
  public var learningRate: Float = 1e-2
  /// What the moment keeps of itself.
  public var momentum: Float = 0.9
  /// The part of a parameter that a step takes away, times the learning rate.
  public var weightDecay: Float = 0
  /// Steps taken.
  public internal(set) var step = 0
  package internal(set) var moments: Moments

  /// A moment of zero for parameters of a shape.
  ///
  /// - Parameters:
  ///   - shape: Rows and columns of the parameters.
  ///   - format: What the moment is kept in.
  /// - Throws: ``AffineQuant/QuantizationError``: a group of fewer than one, a shape that no matrix has.
  public init(shape: Shape, moments format: MomentFormat = .float32) throws(QuantizationError) {
    moments = try Moments(shape, first: try format.layout(isSecond: false), second: nil)
  }

  /// Bytes that the moment takes.
  public var stateBytes: Int { moments.byteCount }

  /// Moves parameters against a gradient of the same shape, in their own memory unless it is shared.
  ///
  /// - Parameters:
  ///   - parameters: What moves.
  ///   - gradient: What they move against.
  ///   - seed: Of the rounding of a moment in bfloat16; a step changes it, so one serves all steps.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``AffineQuant/QuantizationError``: shapes that differ, before anything changes; a moment
  ///   that is not finite and not float32, when the rows where it is have moved.
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
    let next = MomentumStep(
      momentum: momentum, learningRate: learningRate, weightDecay: weightDecay)
    try moments.move(
      &parameters, gradient: gradient, .momentum(next),
      seed: seed, step: step, execution)
    step += 1
  }
}

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
  private var first, second: Moment

  /// Moments of zero for parameters of a shape.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: a group of fewer than one.
  public init(shape: Shape, state: State = .float32) throws(QuantizationError) {
    let zeros = Matrix<Float>(rows: shape.rows, columns: shape.columns) { _, _ in 0 }
    first = try Moment(zeros, state, .dynamic8)
    second = try Moment(zeros, state, .dynamicUnsigned8)
  }

  /// Bytes that both moments take.
  public var stateBytes: Int { first.byteCount + second.byteCount }

  /// Moves parameters against a gradient of the same shape.
  ///
  /// - Throws: ``AffineQuant/QuantizationError``: shapes that differ; a moment that is not finite.
  public mutating func update(
    _ parameters: Matrix<Float>, gradient: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) -> Matrix<Float> {
    guard parameters.shape == gradient.shape, parameters.shape == first.shape else {
      throw .shape(
        .wrongCount(of: "gradients", expected: first.shape.count, found: gradient.shape.count))
    }
    let step = step + 1
    let (m, v) = (first.values(execution), second.values(execution))
    let correction1 = 1 - Self.power(beta1, step), correction2 = 1 - Self.power(beta2, step)
    let count = parameters.shape.count
    var (newM, newV, moved) = (
      [Float](repeating: 0, count: count), [Float](repeating: 0, count: count),
      [Float](repeating: 0, count: count)
    )
    let (ms, vs, gs, ps) = (
      m.values.span, v.values.span, gradient.values.span, parameters.values.span
    )
    for index in 0..<count {
      let g = gs[index]
      newM[index] = beta1 * ms[index] + (1 - beta1) * g
      newV[index] = beta2 * vs[index] + (1 - beta2) * g * g
      let denominator = (newV[index] / correction2).squareRoot() + epsilon
      let decayed = ps[index] * (1 - learningRate * weightDecay)
      moved[index] = decayed - learningRate * (newM[index] / correction1) / denominator
    }
    do {
      // Nothing changes before all of it is known to be storable.
      let stored = try (
        first.storing(Matrix(parameters.shape, newM), execution),
        second.storing(Matrix(parameters.shape, newV), execution)
      )
      let result = try Matrix(parameters.shape, moved)
      (first, second) = stored
      self.step = step
      return result
    } catch let error as QuantizationError {
      throw error
    } catch let error as ShapeError {
      throw .shape(error)
    } catch {
      preconditionFailure("an error of neither kind: \(error)")
    }
  }

  private static func power(_ base: Float, _ exponent: Int) -> Float {
    (0..<exponent).reduce(Float(1)) { power, _ in power * base }
  }
}

/// One moment, as it is kept.
private enum Moment: Sendable {
  case float32(Matrix<Float>)
  case quantized(AnyQuantized)

  init(
    _ values: Matrix<Float>, _ state: AdamW.State, _ map: CodebookFormat
  ) throws(QuantizationError) {
    switch state {
    case .float32: self = .float32(values)
    case .dynamic8(let group):
      guard group > 0 else {
        throw .shape(.outOfRange(axis: "group", index: group, extent: values.shape.columns))
      }
      let type = try QuantizedType(
        map.storage, Block(rows: 1, columns: group),
        MappingFormat(kind: .codebook(map), scale: .float32))
      self = .quantized(try AnyQuantized(quantizing: values, as: type))
    }
  }

  var shape: Shape {
    switch self {
    case .float32(let values): values.shape
    case .quantized(let matrix): matrix.shape
    }
  }

  var byteCount: Int {
    switch self {
    case .float32(let values): values.shape.count * 4
    case .quantized(let matrix): matrix.quantizedType.byteCount(of: matrix.shape)
    }
  }

  func values(_ execution: Execution) -> Matrix<Float> {
    switch self {
    case .float32(let values): values
    case .quantized(let matrix): matrix.dequantized(on: execution)
    }
  }

  func storing(
    _ values: Matrix<Float>, _ execution: Execution
  ) throws(QuantizationError) -> Moment {
    switch self {
    case .float32: .float32(values)
    case .quantized(let matrix):
      .quantized(
        try AnyQuantized(quantizing: values, as: matrix.quantizedType, on: execution))
    }
  }
}

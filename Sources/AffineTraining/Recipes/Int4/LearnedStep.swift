public import AffineQuant

/// The step of a tensor's 4-bit codes, learned with the weights.
///
/// Source: Esser et al., "Learned Step Size Quantization" (arXiv 1902.08153), as Xi et al. (arXiv
/// 2306.11987) use it: one step a tensor, codes from −8 to 7.
public struct LearnedStep: Sendable, Hashable, Codable {
  /// The difference of the values of two neighbouring codes; finite and greater than 0.
  public let value: Float

  /// The codes that values become: `clamp(rint(x / step), −8, 7)`.
  public static let codes = -8...7
  /// Smaller than this no step gets: what the first one has added to it.
  private static let smallest: Float = 1e-10

  /// Takes a step.
  ///
  /// - Throws: ``AffineQuant/QuantizationError/invalidScale(_:blockRow:blockColumn:)`` unless it is finite
  ///   and greater than 0.
  public init(_ value: Float) throws(QuantizationError) {
    guard value.isFinite, value > 0 else {
      throw .invalidScale(value, blockRow: 0, blockColumn: 0)
    }
    self.value = max(value, Self.smallest)
  }

  /// The step to start with: twice the mean magnitude over √7, the root of the largest code.
  ///
  /// - Parameters:
  ///   - values: What is to be quantized, of any shape.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``AffineQuant/QuantizationError/invalidScale(_:blockRow:blockColumn:)`` if values are not
  ///   finite.
  public init(
    for values: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) {
    let columns = values.shape.columns
    let sums = execution.numbers(rows: values.shape.rows, columns: columns) { row in
      let values = values.row(row)
      return values.indices.reduce(0) { $0 + Double(values[$1].magnitude) }
    }
    let mean = sums.reduce(0, +) / Double(max(values.shape.count, 1))
    try self.init(Float(2 * mean / Double(Self.codes.upperBound).squareRoot()) + Self.smallest)
  }

  /// A step from a file.
  ///
  /// - Throws: `DecodingError`, or ``AffineQuant/QuantizationError/invalidScale(_:blockRow:blockColumn:)`` unless it is
  ///   finite and greater than 0.
  public init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode(Float.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

extension QuantizationParameters {
  /// One scale for a matrix; none for an empty one.
  static func whole(_ shape: Shape, scale: Float) -> QuantizationParameters {
    QuantizationParameters(scales: shape.count == 0 ? [] : [scale])
  }
}

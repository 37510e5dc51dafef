public import AffineQuant

/// What a range norm took from the rows that it normalised.
public struct RangeStatistics: Sendable, Equatable {
  /// One mean a row.
  public let means: [Float]
  /// Of each the constant times the range, and epsilon: what values less the mean are divided by.
  public let scales: [Float]
  /// The smallest and the largest value of each: the range, and so the gradient, hangs on them.
  let minima, maxima: [Float]

  /// The bytes of all numbers.
  package var byteCount: Int { 4 * means.count * MemoryLayout<Float>.stride }

  /// One over a scale; a scale of 0, without epsilon, is that of values that are their mean.
  func inverse(_ index: Int) -> Float { scales[index] > 0 ? 1 / scales[index] : 0 }
}

/// The gradients of a range norm.
public struct RangeNormGradients: Sendable, Equatable {
  /// Of its input, in the input's shape.
  public var input: Matrix<Float>
  /// Of its gain, `1 × columns`.
  public var gain: Matrix<Float>
  /// Of its bias, `1 × columns`.
  public var bias: Matrix<Float>
}

extension Matrix<Float> {
  /// One row.
  init(row values: some Collection<Double>) {
    let values = values.map { Float($0) }
    self.init(rows: 1, columns: values.count) { values[$1] }
  }
}

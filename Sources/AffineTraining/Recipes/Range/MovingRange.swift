public import AffineQuant

/// The range of an activation, averaged over chunks of a batch and over batches, for static codes.
///
/// A mean of the extremes of 16 chunks is less at the mercy of one value than the extremes of all.
///
/// Source: Banner et al., "Scalable Methods for 8-bit Training of Neural Networks" (arXiv 1805.11046),
/// with a whole zero point, so that zero is exact.
public struct MovingRange: Sendable, Hashable, Codable {
  /// The averaged smallest and largest value; `nil` before the first batch.
  public private(set) var minimum, maximum: Float?
  /// The part of a new batch in the average.
  public let momentum: Float

  /// Into how many chunks of rows a batch goes, if it has as many rows.
  private static let chunks = 16
  /// No scale gets smaller: that of the authors' code.
  private static let smallestScale = 1e-8
  /// What ``parameters`` are for: 8 bits, one scale and zero point a tensor.
  public static let type = AffineQuantized<UInt8, RowMajor<PerTensor, Asymmetric>>.type

  /// Nothing seen yet.
  ///
  /// - Parameter momentum: The part of a new batch in the average.
  public init(momentum: Float = 0.9) { self.momentum = momentum }

  /// Takes a batch in; an empty one changes nothing.
  ///
  /// - Parameters:
  ///   - batch: Of any shape.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``AffineQuant/QuantizationError/notFinite(_:row:column:)``; nothing has changed then.
  public mutating func observe(
    _ batch: Matrix<Float>, on execution: Execution = .standard
  ) throws(QuantizationError) {
    guard batch.shape.count > 0 else { return }
    let (rows, chunks) = (batch.shape.rows, min(batch.shape.rows, Self.chunks))
    let extremes = Matrix(
      Shape(chunks, 2), work: batch.shape.count / chunks, on: execution
    ) { chunk, extremes in
      (extremes[0], extremes[1]) = (.infinity, -.infinity)
      for row in rows * chunk / chunks..<rows * (chunk + 1) / chunks {
        let values = batch.row(row)
        for column in values.indices {
          let value = values[column]
          // Once it is NaN it stays NaN.
          extremes[0] = value < extremes[0] || value.isNaN ? value : extremes[0]
          extremes[1] = value > extremes[1] || value.isNaN ? value : extremes[1]
        }
      }
    }
    let smallest = (0..<chunks).reduce(0) { $0 + Double(extremes.row($1)[0]) } / Double(chunks)
    let largest = (0..<chunks).reduce(0) { $0 + Double(extremes.row($1)[1]) } / Double(chunks)
    guard smallest.isFinite, largest.isFinite else { throw batch.firstNotFinite }
    minimum = Self.average(minimum, Float(smallest), momentum)
    maximum = Self.average(maximum, Float(largest), momentum)
  }

  private static func average(_ old: Float?, _ new: Float, _ momentum: Float) -> Float {
    guard let old else { return new }
    return old + momentum * (new - old)
  }

  /// A scale and a zero point for codes from 0 to 255; `nil` before the first batch.
  ///
  /// The range is widened to hold zero, and the zero point is a code, so zero is represented exactly.
  public var parameters: QuantizationParameters? {
    guard let minimum, let maximum, minimum.isFinite, maximum.isFinite else { return nil }
    let (low, high) = (min(Double(minimum), 0), max(Double(maximum), 0))
    let scale = max((high - low) / 255, Self.smallestScale)
    let zeroPoint = min(max((-low / scale).rounded(.toNearestOrEven), 0), 255)
    return QuantizationParameters(scales: [Float(scale)], zeroPoints: [Int16(zeroPoint)])
  }
}

extension Matrix<Float> {
  /// Names the first value that is not finite.
  fileprivate var firstNotFinite: QuantizationError {
    let values = self.values.span
    for index in values.indices where !values[index].isFinite {
      return .notFinite(
        values[index], row: index / shape.columns, column: index % shape.columns)
    }
    preconditionFailure("every value of \(shape) is finite")
  }
}

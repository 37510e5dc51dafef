public import AffineQuant

/// A gradient as two matrices of 4-bit codes: `14 / s · high + 1 / s · low`.
///
/// Both have one scale, so that exact products of whole numbers serve them. The error is one step of
/// the lower half, a 90th of the largest magnitude, and zero in the mean.
///
/// Source: Xi et al., "Training Transformers with 4-bit Integers" (arXiv 2306.11987).
public struct BitSplit: Sendable, Equatable {
  /// The gradient in its shape, rounded to the nearest multiple of 14 steps; codes from −6 to 6.
  public let high: AnyQuantized
  /// What is left, in the same shape, rounded to steps at random; codes from −7 to 7.
  public let low: AnyQuantized

  /// How many steps one code of the upper half is.
  private static let ratio: Float = 14
  /// Steps from zero to the largest magnitude; 14 · 6 + 7 = 91 reach beyond, so no value is cut.
  private static let steps: Float = 90
  private static let type = AffineQuantized<Int4, RowMajor<PerTensor, Symmetric>>.type

  /// Splits a gradient.
  ///
  /// - Parameters:
  ///   - gradient: Any shape, and any finite values, also zeros alone.
  ///   - seed: Of the lower half's rounding.
  ///   - step: Of training: another one rounds anew.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Throws: ``AffineQuant/QuantizationError/notFinite(_:row:column:)``.
  public init(
    _ gradient: Matrix<Float>, seed: UInt64, step: UInt64 = 0, on execution: Execution = .standard
  ) throws(QuantizationError) {
    let largest = gradient.largestMagnitude(on: execution)
    // A step whose reciprocal is finite, also for zeros and for what is hardly more.
    let size = max(largest / Self.steps, .leastNormalMagnitude)
    high = try AnyQuantized(
      quantizing: gradient, as: Self.type,
      with: .whole(gradient.shape, scale: Self.ratio * size),
      QuantizationOptions(codes: -6...6), on: execution)
    let coarse: Matrix<Float> = high.dequantized(on: execution)
    let rest = Matrix(gradient.shape, on: execution) { row, output in
      let values = gradient.row(row)
      let coarse = coarse.row(row)
      for column in values.indices { output[column] = values[column] - coarse[column] }
    }
    low = try AnyQuantized(
      quantizing: rest, as: Self.type, with: .whole(gradient.shape, scale: size),
      QuantizationOptions(
        rounding: .stochastic(seed: seed, step: step), codes: -7...7), on: execution)
  }

  /// The values of the upper half above those of the lower, `2m × n` of a gradient of `m × n`: what
  /// ``LeverageSampling`` draws rows of.
  public func stacked(on execution: Execution = .standard) -> Matrix<Float> {
    let high: Matrix<Float> = high.dequantized(on: execution)
    let fine: Matrix<Float> = low.dequantized(on: execution)
    let rows = high.shape.rows
    return Matrix(Shape(2 * rows, high.shape.columns), on: execution) { row, output in
      let values = row < rows ? high.row(row) : fine.row(row - rows)
      for column in values.indices { output[column] = values[column] }
    }
  }

  /// The values that both halves stand for together, in the shape of the gradient.
  public func dequantized(on execution: Execution = .standard) -> Matrix<Float> {
    let high: Matrix<Float> = high.dequantized(on: execution)
    let fine: Matrix<Float> = low.dequantized(on: execution)
    return Matrix(high.shape, on: execution) { row, output in
      let high = high.row(row)
      let fine = fine.row(row)
      for column in high.indices { output[column] = high[column] + fine[column] }
    }
  }
}

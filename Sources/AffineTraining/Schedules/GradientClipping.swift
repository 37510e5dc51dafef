internal import AffineLayers
public import AffineQuant

/// Scales all gradients of a step when their common norm is too large.
///
/// Source: Pascanu et al., "On the difficulty of training recurrent neural networks" (arXiv 1211.5063).
public struct GradientClipping: Sendable, Hashable {
  /// The largest norm that gradients keep.
  public var largestNorm: Float

  /// Takes the largest norm; infinity clips nothing.
  public init(largestNorm: Float) { self.largestNorm = largestNorm }

  /// Scales gradients so that their norm is at most the largest; one that is not finite changes
  /// nothing, and is for the caller to judge.
  ///
  /// - Parameters:
  ///   - gradients: Those of all parameters, each of any shape; `nil`: there is none.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The norm before: the root of the sum of all squares, in `Double`.
  public func clip(
    _ gradients: inout [Matrix<Float>?], on execution: Execution = .standard
  ) -> Double {
    let norm = Self.norm(gradients, on: execution)
    let factor = factor(norm)
    guard factor != 1 else { return norm }
    gradients = gradients.map { $0.map { Elementwise.scale($0, by: factor, on: execution) } }
    return norm
  }

  /// What gradients of a norm are multiplied with.
  func factor(_ norm: Double) -> Float {
    norm.isFinite && norm > Double(largestNorm) ? Float(Double(largestNorm) / norm) : 1
  }

  /// The sums of the squares of gradients as they are kept, one of them in float32 at a time.
  static func squares(_ gradients: [StoredMatrix?], on execution: Execution) -> [Double] {
    gradients.map { $0?.floats(on: execution).sumOfSquares(on: execution) ?? 0 }
  }

  /// The root of the sum of all squares: each row has sums of its own, so the number of threads does
  /// not matter.
  ///
  /// `gradients` are those of all parameters, each of any shape; `nil`: there is none.
  public static func norm(
    _ gradients: [Matrix<Float>?], on execution: Execution = .standard
  ) -> Double {
    gradients.reduce(0) { $0 + ($1?.sumOfSquares(on: execution) ?? 0) }.squareRoot()
  }
}

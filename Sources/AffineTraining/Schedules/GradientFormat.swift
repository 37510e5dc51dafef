public import AffineLayers
public import AffineQuant

/// How gradients are kept between the backward pass and the step, by name.
public enum GradientFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// 4 bytes a value.
  case float32
  /// 2 bytes a value, rounded to nearest even; sums are computed in float32.
  case bfloat16

  /// Rounds a gradient to what this format holds: each value to the nearest, ties to even; float32 stays as it is.
  ///
  /// - Parameters:
  ///   - gradient: The gradient, of any shape.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: As many rows and columns, in this format.
  public func round(
    _ gradient: Matrix<Float>, on execution: Execution = .standard
  ) -> StoredMatrix {
    self == .float32 ? .float32(gradient) : .bfloat16(gradient.converted(on: execution))
  }

  /// The sum of two gradients of one shape: added in float32, then rounded.
  ///
  /// - Parameters:
  ///   - total: The sum so far, in this format.
  ///   - gradient: What is added, of the same shape.
  ///   - execution: Threads and instruction sets; the result depends on neither.
  /// - Returns: The new sum, in this format.
  /// - Throws: ``AffineQuant/ShapeError/wrongCount(of:expected:found:)``.
  public func sum(
    _ total: StoredMatrix, _ gradient: Matrix<Float>, on execution: Execution = .standard
  ) throws(ShapeError) -> StoredMatrix {
    var floats = total.floats(on: execution)
    guard floats.shape == gradient.shape else {
      throw .wrongCount(of: "gradients", expected: floats.shape.count, found: gradient.shape.count)
    }
    Elementwise.accumulate(&floats, gradient, on: execution)
    return round(floats, on: execution)
  }
}

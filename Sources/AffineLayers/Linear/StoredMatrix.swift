public import AffineQuant

/// A matrix as it is kept: a parameter between steps, an activation for the backward pass, a tensor in a
/// checkpoint.
public enum StoredMatrix: Sendable {
  /// 4 bytes a value.
  case float32(Matrix<Float>)
  /// 2 bytes a value.
  case bfloat16(Matrix<BFloat16>)
  /// Codes and scales.
  case codes(AnyQuantized)

  /// The rows and columns.
  public var shape: Shape {
    switch self {
    case .float32(let matrix): matrix.shape
    case .bfloat16(let matrix): matrix.shape
    case .codes(let matrix): matrix.shape
    }
  }

  /// The bytes of values, or of codes and scales.
  public var byteCount: Int {
    switch self {
    case .float32(let matrix): matrix.shape.count * MemoryLayout<Float>.stride
    case .bfloat16(let matrix): matrix.shape.count * MemoryLayout<BFloat16>.stride
    case .codes(let matrix): matrix.byteCount
    }
  }

  /// Lends the values as floats to change them, and rounds them to what the parameter can hold.
  ///
  /// Floats change in their own memory unless it is shared, bfloat16 values are rounded back to theirs;
  /// codes get new scales, and a block that the type's own rule made and that has not changed has its codes again.
  ///
  /// - Throws: What `body` throws, or ``AffineQuant/QuantizationError`` for values that cannot become
  ///   codes again; the parameter is what it was then, but floats have changed.
  package mutating func change(
    rounding: Rounding, on execution: Execution,
    _ body: (inout Matrix<Float>) throws(QuantizationError) -> Void
  ) throws(QuantizationError) {
    switch take() {
    case .float32(var matrix):
      defer { self = .float32(matrix) }
      try body(&matrix)
    case .bfloat16(var matrix):
      defer { self = .bfloat16(matrix) }
      var floats: Matrix<Float> = matrix.converted(on: execution)
      try body(&floats)
      matrix.round(floats, rounding, on: execution)
    case .codes(let matrix):
      self = .codes(matrix)
      var floats = matrix.dequantized(as: Float.self, on: execution)
      try body(&floats)
      let type = matrix.quantizedType
      let options = QuantizationOptions(rule: Self.rule(of: type, rounding), rounding: rounding)
      self = .codes(try AnyQuantized(quantizing: floats, as: type, options, on: execution))
    }
  }

  /// The rule by which changed values become codes again; `nil`: the type's own.
  private static func rule(of type: QuantizedType, _ rounding: Rounding) -> ParameterRule? {
    guard type.mapping.kind == .symmetric, type.storage.isInteger else { return nil }
    // No value is cut off, so that rounding at random is unbiased.
    if case .stochastic = rounding { return .balanced }
    // The mean magnitude of what is ternary already is less than its scale: every change would shrink it.
    return type.storage == .ternary ? .balanced : nil
  }

  /// Leaves nothing behind, so that what is taken has no other owner.
  private mutating func take() -> StoredMatrix {
    let value = self
    self = .float32(Matrix(rows: 0, columns: 0) { _, _ in 0 })
    return value
  }

  /// The values that it stands for, in its shape.
  ///
  /// - Complexity: O(rows · columns), but for float32.
  public func floats(on execution: Execution = .standard) -> Matrix<Float> {
    switch self {
    case .float32(let matrix): matrix
    case .bfloat16(let matrix): matrix.converted(on: execution)
    case .codes(let matrix): matrix.dequantized(on: execution)
    }
  }

  /// Where its values or codes lie: the same for all that share memory.
  package var address: UInt {
    switch self {
    case .float32(let matrix): matrix.values.address
    case .bfloat16(let matrix): matrix.values.address
    case .codes(let matrix): matrix.core.codes.address
    }
  }

  /// As an operand of a product.
  package var operand: ErasedOperand {
    switch self {
    case .float32(let matrix): .float(.float32(matrix))
    case .bfloat16(let matrix): .float(.bfloat16(matrix))
    case .codes(let matrix): .quantized(matrix.core)
    }
  }
}

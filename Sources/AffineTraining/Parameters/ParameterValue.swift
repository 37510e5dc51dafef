public import AffineQuant

/// A trainable matrix as it is kept between steps.
public enum ParameterValue: Sendable {
  /// 4 bytes a value.
  case float32(Matrix<Float>)
  /// 2 bytes a value; without a copy of more bits, small updates survive stochastic rounding only.
  case bfloat16(Matrix<BFloat16>)
  /// Codes are the parameter: there is no master copy.
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
    case .codes(let matrix): matrix.quantizedType.byteCount(of: matrix.shape)
    }
  }

  /// The values that the parameter stands for.
  ///
  /// - Complexity: O(rows · columns), but for float32.
  public func floats(on execution: Execution = .standard) -> Matrix<Float> {
    switch self {
    case .float32(let matrix): matrix
    case .bfloat16(let matrix): matrix.converted()
    case .codes(let matrix): matrix.dequantized(on: execution)
    }
  }
}

/// Where a float product finds the values of an operand.
enum FloatSource: Sendable {
  case float32(Matrix<Float>)
  case float16(Matrix<Float16>)
  case bfloat16(Matrix<BFloat16>)
  /// Codes row by row, whose values are computed as they are read.
  case codes(CodeMatrix)

  var shape: Shape {
    switch self {
    case .float32(let matrix): matrix.shape
    case .float16(let matrix): matrix.shape
    case .bfloat16(let matrix): matrix.shape
    case .codes(let matrix): matrix.shape
    }
  }

  /// Whether values are floats as they lie.
  var isFloat32: Bool { if case .float32 = self { true } else { false } }
}

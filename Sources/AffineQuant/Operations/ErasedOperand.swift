/// An operand whose type is a value: what reports, benchmarks and files compute with.
package enum ErasedOperand: Sendable {
  case float(FloatMatrix)
  case quantized(CodeMatrix)

  /// A float matrix of any element type.
  package enum FloatMatrix: Sendable {
    case float32(Matrix<Float>)
    case float16(Matrix<Float16>)
    case bfloat16(Matrix<BFloat16>)
  }

  /// The type of the operand.
  package var type: OperandType {
    switch self {
    case .float(.float32): .float(.float32)
    case .float(.float16): .float(.float16)
    case .float(.bfloat16): .float(.bfloat16)
    case .quantized(let matrix): .quantized(matrix.type)
    }
  }

  /// Converts values to an operand of a type: rounds or quantizes them.
  package init(
    _ values: Matrix<Float>, as type: OperandType, on execution: Execution = .standard
  ) throws(QuantizationError) {
    switch type {
    case .float(.float32): self = .float(.float32(values))
    case .float(.float16): self = .float(.float16(values.converted()))
    case .float(.bfloat16): self = .float(.bfloat16(values.converted()))
    case .quantized(let type):
      self = .quantized(try .quantize(values, as: type, QuantizationOptions(), execution))
    }
  }

  private var source: FloatSource {
    switch self {
    case .float(.float32(let matrix)): .float32(matrix)
    case .float(.float16(let matrix)): .float16(matrix)
    case .float(.bfloat16(let matrix)): .bfloat16(matrix)
    case .quantized(let matrix): .codes(matrix.rowMajor())
    }
  }

  /// The product that ``kernels(for:_:_:)`` allows, not yet rounded to the element type.
  ///
  /// - Precondition: The operation is a product, and legal for these types.
  package static func product(
    _ operation: Operation, _ first: ErasedOperand, _ second: ErasedOperand,
    on execution: Execution = .standard
  ) throws(ShapeError) -> Matrix<Float> {
    precondition(
      kernels(for: operation, first.type, second.type) != nil,
      "no \(operation.rawValue) of \(first.type.name) and \(second.type.name)")
    if case .quantized(let lhs) = first, case .quantized(let rhs) = second {
      switch operation {
      case .linear: return try Product.quantized(lhs, rhs, execution)
      case .inputGradient:
        return try Product.quantized(lhs, rhs.transposed(execution), execution)
      default:
        return try Product.quantized(
          lhs.transposed(execution), rhs.transposed(execution), execution)
      }
    }
    if operation == .linear, case .quantized(let rhs) = second, case .float = first {
      return try Product.weightOnly(first.source, rhs, execution)
    }
    let (lhs, rhs) = (first.source, second.source)
    switch operation {
    case .linear: return try Product.float(.rows(lhs), .rows(rhs), execution)
    case .inputGradient: return try Product.float(.rows(lhs), .columns(rhs), execution)
    default: return try Product.float(.columns(lhs), .columns(rhs), execution)
    }
  }
}

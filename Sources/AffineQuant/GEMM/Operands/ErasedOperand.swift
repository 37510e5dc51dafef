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

  /// A float matrix; of a type from outside of the library, as `Float`.
  init<Element: FloatElement>(_ matrix: Matrix<Element>) {
    switch matrix {
    case let half as Matrix<Float16>: self = .float(.float16(half))
    case let brain as Matrix<BFloat16>: self = .float(.bfloat16(brain))
    default: self = .float(.float32(matrix.converted()))
    }
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

  package var shape: Shape {
    switch self {
    case .float(.float32(let matrix)): matrix.shape
    case .float(.float16(let matrix)): matrix.shape
    case .float(.bfloat16(let matrix)): matrix.shape
    case .quantized(let matrix): matrix.shape
    }
  }

  /// Converts values to an operand of a type: rounds or quantizes them.
  package init(
    _ values: Matrix<Float>, as type: OperandType, on execution: Execution = .standard
  ) throws(QuantizationError) {
    switch type {
    case .float(.float32): self = .float(.float32(values))
    case .float(.float16): self = .float(.float16(values.converted(on: execution)))
    case .float(.bfloat16): self = .float(.bfloat16(values.converted(on: execution)))
    case .quantized(let type):
      self = .quantized(try .quantize(values, as: type, QuantizationOptions(), execution))
    }
  }

  /// Where a float product finds the values, for as long as the workspace is lent.
  func source(
    _ panels: PanelKernels?, _ execution: Execution, _ workspace: Workspace
  ) -> FloatSource {
    switch self {
    case .float(.float32(let matrix)): .float32(matrix)
    case .float(.float16(let matrix)): .float16(matrix)
    case .float(.bfloat16(let matrix)): .bfloat16(matrix)
    case .quantized(let matrix): .codes(matrix.rowMajor(panels, execution, workspace))
    }
  }
}

/// An operand of a type that the compiler knows.
protocol ErasableOperand {
  var erased: ErasedOperand { get }
}

extension Matrix: ErasableOperand {
  var erased: ErasedOperand { ErasedOperand(self) }
}

extension AffineQuantized: ErasableOperand {
  var erased: ErasedOperand { .quantized(core) }
}

/// The kernels that make panels of floats of the values of an operand.
struct ValueKernels: Sendable {
  let dequantize: RowDequantizer?
  /// For floats of 16 bits.
  let widen: Kernel<Halves>?
  /// Turns rows into a panel, or copies columns.
  let interleave: Kernel<InterleaveRows>?
  let copy: Kernel<CopyColumns>?

  init(_ type: OperandType, _ axis: FreeAxis, _ execution: Execution) {
    interleave = axis == .rows ? TransposeKernels.interleave.best(on: execution) : nil
    copy = axis == .columns ? TransposeKernels.columns.best(on: execution) : nil
    switch type {
    case .float(.float32): (dequantize, widen) = (nil, nil)
    case .float(.float16): (dequantize, widen) = (nil, HalfKernels.widen.best(on: execution))
    case .float(.bfloat16): (dequantize, widen) = (nil, HalfKernels.widenBrain.best(on: execution))
    case .quantized(let type): (dequantize, widen) = (RowDequantizer(type, execution), nil)
    }
  }

  /// The kernels in the order in which they run.
  var rows: [KernelRow] {
    (dequantize?.rows ?? []) + [widen?.row, interleave?.row, copy?.row].compactMap(\.self)
  }
}

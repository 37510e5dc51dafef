/// The kernels that make panels of floats of the values of an operand.
struct ValueKernels: Sendable {
  let dequantize: RowDequantizer?
  /// For floats of 16 bits.
  let widen: Kernel<Halves>?
  /// Turns rows into a panel, or copies columns.
  let interleave: Kernel<InterleaveRows>?
  let copy: Kernel<CopyColumns>?
  /// Where values are rounded to bfloat16.
  let brain: BrainKernels?

  /// What becomes of values.
  struct Panels {
    let form: PackedForm
    /// Values of one lane that lie together.
    var run = 1
    /// Whether rows of bfloat16 are copied as they are.
    var copiesHalves = false

    func copies(_ type: OperandType) -> Bool {
      form == .bfloat16 && copiesHalves && type == .float(.bfloat16)
    }
  }

  /// For panels of a side.
  init(_ type: OperandType, _ axis: FreeAxis, _ panels: Panels, _ execution: Execution) {
    brain = BrainKernels(type, axis, panels, execution)
    // Long runs are copied from rows, and turned once more from columns.
    let turns = (axis == .rows) == (panels.run <= 2)
    interleave = turns ? TransposeKernels.interleave.best(on: execution) : nil
    copy =
      axis == .columns && panels.form == .float32
      ? TransposeKernels.columns.best(on: execution) : nil
    switch type {
    case .float(.float32): (dequantize, widen) = (nil, nil)
    case .float(.bfloat16) where axis == .rows && panels.copies(type):
      (dequantize, widen) = (nil, nil)
    case .float(.float16): (dequantize, widen) = (nil, HalfKernels.widen.best(on: execution))
    case .float(.bfloat16): (dequantize, widen) = (nil, HalfKernels.widenBrain.best(on: execution))
    case .quantized(let type): (dequantize, widen) = (RowDequantizer(type, execution), nil)
    }
  }

  /// The kernels in the order in which they run.
  var rows: [KernelRow] {
    let read = (dequantize?.rows ?? []) + [widen?.row].compactMap(\.self)
    return read + (brain?.rows ?? []) + [interleave?.row, copy?.row].compactMap(\.self)
  }
}

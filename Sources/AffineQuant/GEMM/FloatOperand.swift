/// One operand of a float product: values or codes, and the axis that is free.
struct FloatOperand {
  let source: FloatSource
  let axis: FreeAxis

  var freeExtent: Int { axis == .rows ? source.shape.rows : source.shape.columns }
  var contractedExtent: Int { axis == .rows ? source.shape.columns : source.shape.rows }

  /// Whether a few lanes are a few columns that are no floats yet: too little of a row to convert by itself.
  var isDecodedByColumns: Bool { axis == .columns && !source.isFloat32 }
}

/// The kernels of one side of a float product.
struct FloatLaneKernels {
  let reader: FloatReader
  /// Turns rows into a panel, or copies columns.
  let interleave: Kernel<InterleaveRows>?
  let copy: Kernel<CopyColumns>?

  init(_ operand: FloatOperand, _ execution: Execution) {
    reader = FloatReader(operand.source, execution)
    interleave = operand.axis == .rows ? TransposeKernels.interleave.best(on: execution) : nil
    copy = operand.axis == .columns ? TransposeKernels.columns.best(on: execution) : nil
  }
}

/// The kernels of a float product.
struct FloatKernels {
  let multiply: Kernel<FloatPanel>
  let lhs, rhs: FloatLaneKernels

  init(_ lhs: FloatOperand, _ rhs: FloatOperand, _ execution: Execution) {
    multiply = MatmulKernels.float.best(on: execution)
    self.lhs = FloatLaneKernels(lhs, execution)
    self.rhs = FloatLaneKernels(rhs, execution)
  }
}

/// One operand of a float product: values or codes, and the axis that is free.
struct FloatOperand {
  let source: FloatSource
  let axis: FreeAxis
  let kernels: ValueKernels

  var freeExtent: Int { axis == .rows ? source.shape.rows : source.shape.columns }
  var contractedExtent: Int { axis == .rows ? source.shape.columns : source.shape.rows }

  /// Whether a few lanes are a few columns that are no floats yet: too little of a row to convert by itself.
  var isDecodedByColumns: Bool { axis == .columns && !source.isFloat32 }
}

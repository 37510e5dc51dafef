/// Which kernels can serve an operation on operands of some types, fastest first.
///
/// The types pick the family, the CPU picks the row. `nil` where there is no such operation: where
/// a call does not compile.
public func kernels(
  for operation: Operation, _ first: OperandType, _ second: OperandType? = nil
) -> [KernelRow]? {
  switch (operation, first, second) {
  case (.linear, _, let second?), (.inputGradient, _, let second?),
    (.weightGradient, _, let second?):
    guard isLegal(operation, first, second) else { return nil }
    guard case .quantized(let type) = second, type.isAffineInteger else {
      return MatmulKernels.float.rows
    }
    if isIntegerProduct(first, second) { return MatmulKernels.codes(type.storage).rows }
    let isWeightOnly = operation == .linear && !first.isQuantized && type.block.isRowSliced
    return isWeightOnly ? MatmulKernels.weights(type.storage).rows : MatmulKernels.float.rows
  case (.quantize, .quantized(let type), nil), (.requantize, .quantized(let type), nil):
    return RowEncoder.rows(for: type)
  case (.dequantize, .quantized(let type), nil), (.gather, .quantized(let type), nil):
    return type.dequantizeRows
  case (.transpose, .quantized(let type), nil):
    // Codes of other widths are turned one a byte.
    let table = TransposeKernels.table(bits: type.storage.bits) ?? TransposeKernels.bytes
    return type.block.isTransposable ? table.rows : nil
  case (.slice, .quantized, nil): return [.portable("slice")]
  case (.concatenate, .quantized(let type), nil):
    return type.block == Block(rows: Block.whole, columns: Block.whole)
      ? nil : [.portable("concatenate")]
  default: return nil
  }
}

/// Which kernel a call on these operands runs, and for each faster one why it was passed over.
///
/// - Returns: `nil` where there is no such operation.
public func explain<First: Operand, Second: Operand>(
  _ operation: Operation, _: First.Type, _: Second.Type, on execution: Execution = .standard
) -> KernelExplanation? {
  kernels(for: operation, First.operandType, Second.operandType)?
    .explanation(on: execution.instructionSet)
}

/// Which kernel a call on this operand runs, and for each faster one why it was passed over.
///
/// - Returns: `nil` where there is no such operation.
public func explain<Only: Operand>(
  _ operation: Operation, _: Only.Type, on execution: Execution = .standard
) -> KernelExplanation? {
  kernels(for: operation, Only.operandType)?.explanation(on: execution.instructionSet)
}

extension OperandType {
  fileprivate var isQuantized: Bool { if case .quantized = self { true } else { false } }
}

/// Whether a product of quantized matrices sums whole numbers.
func isIntegerProduct(_ first: OperandType, _ second: OperandType) -> Bool {
  guard case .quantized(let lhs) = first, case .quantized(let rhs) = second else { return false }
  return lhs.isAffineInteger && rhs.isAffineInteger
}

/// The rule that the compiler holds calls to: a scale may vary only over free axes, or be constant
/// inside a slice of the contracted one. What is float on either side has no contracted scale.
private func isLegal(_ operation: Operation, _ first: OperandType, _ second: OperandType) -> Bool {
  guard case .quantized(let lhs) = first, case .quantized(let rhs) = second else {
    // The float operand comes first.
    if case .float = first { return true } else { return false }
  }
  return switch operation {
  case .linear: lhs.block.isRowSliced && rhs.block.isRowSliced
  case .inputGradient: lhs.block.isRowSliced && rhs.block.isColumnSliced
  case .weightGradient: lhs.block.isColumnSliced && rhs.block.isColumnSliced
  default: false
  }
}

extension Block {
  /// What ``RowSliced`` says.
  package var isRowSliced: Bool { self != Block(rows: Block.whole, columns: 1) }
  /// What ``ColumnSliced`` says.
  package var isColumnSliced: Bool { rows > 1 }
  /// What ``TransposableGranularity`` says.
  package var isTransposable: Bool { rows > 1 || columns == Block.whole }
}

extension QuantizedType {
  /// Whether codes are whole numbers on an even grid.
  var isAffineInteger: Bool {
    if case .codebook = mapping.kind { false } else { storage.isInteger }
  }

  fileprivate var dequantizeRows: [KernelRow] {
    let table = isAffineInteger ? QuantizeKernels.dequantize(storage) : nil
    return table?.rows ?? [.portable("dequantize")]
  }
}

extension RowEncoder {
  /// The kernels for `Float` values, nearest-even.
  fileprivate static func rows(for type: QuantizedType) -> [KernelRow] {
    let hasKernel = type.isAffineInteger && type.mapping.kind != .biased
    return hasKernel ? QuantizeKernels.quantize.rows : [.portable("quantize")]
  }
}

extension KernelRow {
  /// The row of an operation that is Swift alone, whatever the storage.
  fileprivate static func portable(_ operation: String) -> KernelRow {
    KernelRow(
      name: "aq_\(operation)_any_portable", needs: .portable, tier: .portable, isBuilt: true)
  }
}

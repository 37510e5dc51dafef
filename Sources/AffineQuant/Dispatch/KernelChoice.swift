/// How a call on operands of some types is served.
///
/// - Parameters:
///   - operation: What is done.
///   - first: The left operand of a product; what is quantized, or would be, for the rest.
///   - second: The right operand of a product; what is quantized again, if it is known.
///   - rows: Of the result of a product, if they are known; with few, kernels of large tiles are left out.
///   - isPacked: Whether the weight of a ``MatrixOperation/linear`` product, or the only operand, lies packed for
///     this CPU.
///   - element: The type of the floats that are quantized, or that are the result.
///   - options: The rule and the rounding of what is quantized.
///   - execution: Threads and instruction sets.
/// - Returns: `nil` where there is no such operation: where a call does not compile, or has options that are not for
///   its type.
public func plan(
  for operation: MatrixOperation, _ first: OperandType, _ second: OperandType? = nil,
  rows: Int? = nil, isPacked: Bool = false, element: ElementType = .float32,
  options: QuantizationOptions = QuantizationOptions(), on execution: Execution = .standard
) -> Plan? {
  guard isLegal(operation, first, second) else { return nil }
  guard operation.isProduct, let second else {
    // Only values are made of panels; what else there is of them does not compile.
    guard case .quantized(let type) = first, !isPacked || operation == .dequantize else {
      return nil
    }
    var conversion = Plan.Conversion(element: element, options: options, isTiled: isPacked)
    if case .quantized(let source) = second { conversion.source = source }
    return Plan.converting(operation, type, conversion, on: execution)
  }
  var layouts = ProductPlan.Layouts()
  // Sums are floats.
  layouts.finishes = element != .float32
  if let rows { layouts.rows = rows }
  if isPacked && operation == .linear { layouts.rhs = .fitting }
  return ProductPlan(operation, first, second, layouts, execution)
    .plan(operation, first, second, sizes: nil, execution)
}

/// Which kernels can serve an operation on operands of some types, fastest first.
///
/// The types pick the family, the CPU picks the row.
///
/// `first` is the left operand of a product, or what is quantized, or would be, for the rest; `second` the right
/// one.
///
/// - Returns: `nil` where there is no such operation: where a call does not compile.
public func kernels(
  for operation: MatrixOperation, _ first: OperandType, _ second: OperandType? = nil
) -> [KernelRow]? {
  plan(for: operation, first, second)?.candidates
}

/// How a call on these operands is served: its steps, their kernels, and why no faster one runs.
///
/// `operation` is a product, and the types are those of its left and its right operand; `execution` says what it
/// may use.
///
/// - Returns: `nil` where there is no such operation.
public func explain<First: Operand, Second: Operand>(
  _ operation: MatrixOperation, _: First.Type, _: Second.Type, on execution: Execution = .standard
) -> Plan? {
  plan(
    for: operation, First.operandType, Second.operandType, isPacked: Second.isPacked,
    element: First.operandType.resultElement, on: execution)
}

/// How a call on this operand is served: its steps, their kernels, and why no faster one runs.
///
/// `operation` is anything but a product; `execution` says what it may use.
///
/// - Returns: `nil` where there is no such operation.
public func explain<Only: Operand>(
  _ operation: MatrixOperation, _: Only.Type, on execution: Execution = .standard
) -> Plan? {
  plan(for: operation, Only.operandType, isPacked: Only.isPacked, on: execution)
}

/// How an operation on this matrix, of any shape, is served: as above, with the bytes of its steps, and how threads
/// share the work of transposing and of dequantizing to `Float`.
///
/// `operation` is anything but a product: what is done to `matrix`, or of ``MatrixOperation/quantize`` what made it
/// of floats; of a part of it, as a gather or a slice, bytes are not known. `execution` says what it may use.
///
/// - Returns: `nil` where there is no such operation.
public func explain<Storage: CodeStorage, Layout: QuantizationLayout>(
  _ operation: MatrixOperation, _ matrix: AffineQuantized<Storage, Layout>,
  on execution: Execution = .standard
) -> Plan? {
  let core = matrix.core
  guard isLegal(operation, .quantized(core.type), nil),
    core.tiles == nil || operation == .dequantize
  else { return nil }
  let conversion = Plan.Conversion(isTiled: core.tiles != nil, shape: core.shape)
  return Plan.converting(operation, core.type, conversion, on: execution)
}

/// How a product of these matrices is served: as above, for their shapes and layouts.
///
/// `operation` is a product of `first`, on the left, and `second`; `execution` says what it may use.
///
/// - Returns: `nil` where there is no such operation, as no gradient of codes that lie in panels, and for extents
///   that do not agree.
public func explain<First: Operand, Second: Operand>(
  _ operation: MatrixOperation, _ first: First, _ second: Second,
  on execution: Execution = .standard
) -> Plan? {
  guard operation.isProduct, operation == .linear || !(First.isPacked || Second.isPacked),
    let first = first as? any ErasableOperand, let second = second as? any ErasableOperand
  else { return nil }
  let lhs = first.erased
  let call = ProductCall(operation, lhs, second.erased, on: execution)
  do { try call.check() } catch { return nil }
  return call.explanation(as: lhs.type.resultElement)
}

extension OperandType {
  /// The element type of the results of functions whose left operand this is.
  fileprivate var resultElement: ElementType {
    if case .float(let element) = self { element } else { .float32 }
  }
}

/// Whether a product of quantized matrices sums whole numbers.
func isIntegerProduct(_ first: OperandType, _ second: OperandType) -> Bool {
  guard case .quantized(let lhs) = first, case .quantized(let rhs) = second else { return false }
  return lhs.isAffineInteger && rhs.isAffineInteger
}

/// The rule that the compiler holds calls to: a scale may vary only over free axes, or be constant
/// inside a slice of the contracted one. What is float on either side has no contracted scale.
package func isLegal(
  _ operation: MatrixOperation, _ first: OperandType, _ second: OperandType?
) -> Bool {
  guard operation.isProduct else {
    guard case .quantized(let type) = first else { return false }
    switch (operation, second) {
    case (_, nil), (.requantize, .quantized): break
    default: return false
    }
    return switch operation {
    case .transpose: type.block.isTransposable
    case .concatenate: type.block != Block(rows: Block.whole, columns: Block.whole)
    default: true
    }
  }
  guard let second else { return false }
  guard case .quantized(let lhs) = first, case .quantized(let rhs) = second else {
    // The float operand comes first.
    if case .float = first { return true } else { return false }
  }
  return switch operation {
  case .linear: lhs.block.isRowSliced && rhs.block.isRowSliced
  case .inputGradient: lhs.block.isRowSliced && rhs.block.isColumnSliced
  default: lhs.block.isColumnSliced && rhs.block.isColumnSliced
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
}

extension Plan {
  /// The plan of an operation on one operand.
  init(converting operation: MatrixOperation, _ type: QuantizedType, on execution: Execution) {
    let work = Conversions(type, execution)
    let (kernels, candidates) =
      switch operation {
      // What is quantized again becomes values first, with the kernels of its own type.
      case .quantize, .requantize: (work.quantize, work.quantizeCandidates)
      case .dequantize, .gather: (work.dequantize, work.dequantizeCandidates)
      case .transpose: (work.transpose, work.transposeCandidates)
      default: (work.move, BitKernels.pack.rows)
      }
    self.init(
      operation, [Step(work: .convert, kernels: kernels, bytes: nil)], candidates: candidates,
      on: execution)
  }

  /// The plan of a product whose left operand becomes a matrix of codes of a type first.
  func quantizing(_ type: QuantizedType, on execution: Execution) -> Plan {
    let kernels = Plan(converting: .quantize, type, on: execution).steps.flatMap(\.kernels)
    let step = Step(work: .quantizeLHS, kernels: kernels, bytes: nil)
    return Plan(
      operation, [step] + steps, candidates: candidates, precision: precision, on: execution)
  }
}

/// The kernels of operations on one operand, in the order in which they run.
private struct Conversions {
  let type: QuantizedType
  let execution: Execution

  init(_ type: QuantizedType, _ execution: Execution) {
    self.type = type
    self.execution = execution
  }

  private var pack: KernelRow { BitKernels.pack.best(on: execution).row }
  private var unpack: KernelRow { BitKernels.unpack.best(on: execution).row }

  var quantize: [KernelRow] {
    let range = QuantizeKernels.range.best(on: execution).row
    let encode = QuantizeKernels.encoding(type, on: execution)
    return [range, encode] + (type.storage.bits == 8 ? [] : [pack])
  }

  var quantizeCandidates: [KernelRow] { QuantizeKernels.encoding(type) }

  var dequantize: [KernelRow] { RowDequantizer(type, execution).rows }

  var dequantizeCandidates: [KernelRow] { RowDequantizer.candidates(type) }

  var transpose: [KernelRow] {
    guard let table = TransposeKernels.table(bits: type.storage.bits) else {
      return [unpack, TransposeKernels.bytes.best(on: execution).row, pack]
    }
    return [table.best(on: execution).row]
  }

  var transposeCandidates: [KernelRow] {
    (TransposeKernels.table(bits: type.storage.bits) ?? TransposeKernels.bytes).rows
  }

  /// Codes move to other places in their rows.
  var move: [KernelRow] { [unpack, pack] }
}

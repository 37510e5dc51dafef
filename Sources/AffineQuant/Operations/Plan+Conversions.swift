extension Plan {
  /// What a plan of an operation on one operand depends on beside its type.
  struct Conversion {
    /// Of the values that are quantized, or that codes become.
    var element = ElementType.float32
    var options = QuantizationOptions()
    /// What is quantized again, where that is known.
    var source: QuantizedType?
  }

  /// The plan of an operation on one operand.
  ///
  /// - Returns: `nil` where the options are not for such a type.
  static func converting(
    _ operation: MatrixOperation, _ type: QuantizedType, _ conversion: Conversion = Conversion(),
    on execution: Execution
  ) -> Plan? {
    // What is quantized again becomes floats in between.
    let element = operation == .requantize ? .float32 : conversion.element
    let work = ConversionKernels(type, element, execution)
    let rule = conversion.options.rule ?? type.rule
    func plan(_ steps: [(Work, [KernelRow])], _ candidates: [KernelRow]) -> Plan {
      Plan(
        operation,
        steps.filter { !$0.1.isEmpty }.map { Step(work: $0.0, kernels: $0.1, bytes: nil) },
        candidates: candidates, on: execution)
    }
    switch operation {
    case .quantize, .requantize:
      guard let choice = EncodingChoice(type, conversion.options, element, execution) else {
        return nil
      }
      let values = conversion.source.map { RowDequantizer($0, execution).rows } ?? []
      return plan(
        [
          (.dequantize, values), (.widen, work.widen), (.convert, work.quantize(choice, rule)),
        ], choice.candidates)
    case .dequantize, .gather:
      return plan(
        [(.convert, work.dequantize), (.round, work.round)], RowDequantizer.candidates(type))
    case .transpose: return plan([(.convert, work.transpose)], work.transposeCandidates)
    default: return plan([(.convert, work.move)], BitKernels.pack.rows)
    }
  }

  /// The plan of a product whose left operand becomes a matrix of codes of a type first.
  func quantizing(_ type: QuantizedType, on execution: Execution) -> Plan {
    guard let quantize = Plan.converting(.quantize, type, on: execution) else {
      preconditionFailure("\(type.name) is not quantized by its own rule")
    }
    let kernels = quantize.steps.flatMap(\.kernels)
    let step = Step(work: .quantizeLHS, kernels: kernels, bytes: nil)
    return Plan(
      operation, [step] + steps, candidates: candidates, precision: precision, on: execution)
  }
}

/// The kernels of operations on one operand, in the order in which they run.
private struct ConversionKernels {
  let type: QuantizedType
  /// Of values of 16 bits.
  let halves: HalfConversion?
  let execution: Execution

  init(_ type: QuantizedType, _ element: ElementType, _ execution: Execution) {
    self.type = type
    self.execution = execution
    halves = HalfConversion(element, execution)
  }

  private var pack: KernelRow { BitKernels.pack.best(on: execution).row }
  private var unpack: KernelRow { BitKernels.unpack.best(on: execution).row }

  var widen: [KernelRow] { [halves?.widen.row].compactMap(\.self) }

  func quantize(_ choice: EncodingChoice, _ rule: ParameterRule) -> [KernelRow] {
    let range = QuantizeKernels.range.best(on: execution).row
    let magnitudes =
      rule == .meanMagnitude ? [QuantizeKernels.magnitudes.best(on: execution).row] : []
    return [range] + magnitudes + [choice.row] + (type.storage.bits == 8 ? [] : [pack])
  }

  var dequantize: [KernelRow] { RowDequantizer(type, execution).rows }

  /// Products are rounded before biases are added, and their sums are.
  var round: [KernelRow] {
    guard let halves else { return [] }
    return [halves.round.row] + (type.mapping.kind == .biased ? [halves.widen.row] : [])
  }

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
